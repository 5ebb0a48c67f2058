#!/usr/bin/env pwsh
# Fetches data sets and public weights: the same as ./get, for Windows.
$ErrorActionPreference = 'Stop'
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:MSBUILDDISABLENODEREUSE = '1'

$program = Join-Path $PSScriptRoot 'bin/W2S.DataScripts.dll'
$sources = Get-ChildItem $PSScriptRoot -Recurse -File | Where-Object { $_.FullName -notmatch '[\\/](bin|obj)[\\/]' }
$newest = ($sources | Measure-Object LastWriteTimeUtc -Maximum).Maximum
if (-not (Test-Path $program) -or (Get-Item $program).LastWriteTimeUtc -lt $newest) {
    $log = dotnet build (Join-Path $PSScriptRoot 'W2S.DataScripts.csproj') -c Release --nologo -v quiet 2>&1
    if ($LASTEXITCODE -ne 0) {
        $log | ForEach-Object { [Console]::Error.WriteLine($_) }
        [Console]::Error.WriteLine('w2s: the build of data-scripts failed; see the lines above')
        exit 1
    }
    (Get-Item $program).LastWriteTimeUtc = [DateTime]::UtcNow
}
dotnet $program @args
exit $LASTEXITCODE
