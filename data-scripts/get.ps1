#!/usr/bin/env pwsh
#Requires -Version 7.2
# Fetches data sets and public weights: the same as ./get, for Windows.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false # exit codes are looked at below

$program = Join-Path $PSScriptRoot 'bin/W2S.DataScripts.dll'
$sources = Get-ChildItem -LiteralPath $PSScriptRoot -Recurse -File -Force |
    Where-Object { [IO.Path]::GetRelativePath($PSScriptRoot, $_.FullName) -notmatch '^(bin|obj)[\\/]' }
$newest = ($sources | Measure-Object LastWriteTimeUtc -Maximum).Maximum
if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
    [Console]::Error.WriteLine('w2s: no .NET SDK found; install version 10 from https://dot.net/download')
    exit 2
}

# An environment variable outlives a script: the caller gets back what it had.
$before = @{}
foreach ($name in 'DOTNET_NOLOGO', 'DOTNET_CLI_TELEMETRY_OPTOUT', 'MSBUILDDISABLENODEREUSE') { $before[$name] = [Environment]::GetEnvironmentVariable($name) }
try {
    $env:DOTNET_NOLOGO = $env:DOTNET_CLI_TELEMETRY_OPTOUT = $env:MSBUILDDISABLENODEREUSE = '1'
    if (-not (Test-Path -LiteralPath $program) -or (Get-Item -LiteralPath $program).LastWriteTimeUtc -lt $newest) {
        $log = dotnet build (Join-Path $PSScriptRoot 'W2S.DataScripts.csproj') -c Release --nologo -v quiet 2>&1
        if ($LASTEXITCODE -ne 0) {
            $log | ForEach-Object { [Console]::Error.WriteLine("$_") }
            [Console]::Error.WriteLine('w2s: the build of data-scripts failed; see the lines above')
            exit 1
        }
        (Get-Item -LiteralPath $program).LastWriteTimeUtc = [DateTime]::UtcNow
    }
    dotnet $program @args
    exit $LASTEXITCODE
}
finally { $before.GetEnumerator() | ForEach-Object { Set-Item "Env:$($_.Key)" $_.Value } }
