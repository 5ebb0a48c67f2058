#!/usr/bin/env pwsh
# The entry script for Windows: the same verbs as ./w2s, which says what each does.
param([Parameter(Position = 0)][string] $Verb = 'help', [Parameter(ValueFromRemainingArguments)][string[]] $Rest = @())

$ErrorActionPreference = 'Stop'
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:MSBUILDDISABLENODEREUSE = '1'

function Stop-WithMessage([string] $Message, [int] $Code = 2) {
    [Console]::Error.WriteLine("w2s: $Message")
    exit $Code
}

function Assert-Sdk {
    if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
        Stop-WithMessage 'no .NET SDK found; install version 10 from https://dot.net/download'
    }
    Push-Location $PSScriptRoot
    try { dotnet --version *> $null; $found = $LASTEXITCODE } finally { Pop-Location }
    if ($found -ne 0) { Stop-WithMessage 'the .NET SDK found is not version 10; install it from https://dot.net/download' }
}

function Assert-Platform {
    $architecture = [Runtime.InteropServices.RuntimeInformation]::OSArchitecture
    if ($IsMacOS -or $IsLinux) { Stop-WithMessage 'use the bash script ./w2s here' }
    if ($architecture -ne 'X64') { Stop-WithMessage "libtorch has no package for Windows on $architecture; use Windows on x64" }
}

function Build([string[]] $Projects) {
    foreach ($project in $Projects) {
        $started = Get-Date
        [Console]::Error.Write("w2s: building $project ... ")
        $log = dotnet build (Join-Path $PSScriptRoot $project) -c Release --nologo -v minimal 2>&1
        if ($LASTEXITCODE -ne 0) {
            [Console]::Error.WriteLine('failed')
            $log | Select-String 'error|warning' | Sort-Object -Unique | ForEach-Object { [Console]::Error.WriteLine($_) }
            Stop-WithMessage "the build of $project failed; see the lines above" 1
        }
        [Console]::Error.WriteLine("$([int]((Get-Date) - $started).TotalSeconds) s")
    }
}

function Build-Library { Assert-Platform; Build @('lib/W2S/W2S.csproj', 'lib/W2S.Kernel/W2S.Kernel.csproj') }

switch ($Verb) {
    'run' {
        if ($Rest.Count -eq 0) { Stop-WithMessage 'run needs a notebook: ./w2s.ps1 run notebooks/00-start-here.ipynb' }
        Assert-Sdk
        Build-Library
        dotnet (Join-Path $PSScriptRoot 'lib/W2S.Kernel/bin/W2S.Kernel.dll') run @Rest
        exit $LASTEXITCODE
    }
    'test' {
        if ($Rest.Count -gt 1) { Stop-WithMessage "test takes one filter at most, got $($Rest.Count): $Rest" }
        Assert-Sdk
        Assert-Platform
        Build @('W2S.Notebooks.sln')
        $filter = @()
        if ($Rest.Count -eq 1) { $filter = @('-filter', "/*/*/*$($Rest[0])*", '-filter', "/*/*/*/*$($Rest[0])*") }
        $failed = 0
        foreach ($project in 'W2S', 'W2S.Kernel') {
            dotnet (Join-Path $PSScriptRoot "tests/$project.Tests/bin/$project.Tests.dll") @filter
            if ($LASTEXITCODE -ne 0) { $failed = 1 }
        }
        exit $failed
    }
    'build' { Assert-Sdk; Build-Library }
    'kernel' {
        Assert-Sdk
        $kernel = Join-Path $PSScriptRoot 'lib/W2S.Kernel'
        if ($Rest.Count -gt 0 -and $Rest[0] -eq 'install') {
            # The kernel as it is installed: compiled ahead of time where the compiler for that can be had.
            $published = Join-Path $kernel 'obj/publish'
            [Console]::Error.WriteLine('w2s: publishing the kernel, which takes a minute or two the first time')
            dotnet publish $kernel -c Release --nologo -v quiet -o $published -p:PublishReadyToRun=true
            if ($LASTEXITCODE -ne 0) { dotnet publish $kernel -c Release --nologo -v quiet -o $published }
            if ($LASTEXITCODE -ne 0) { Stop-WithMessage 'the kernel could not be published; see the lines above' 1 }
            dotnet (Join-Path $published 'W2S.Kernel.dll') kernel @Rest
        }
        else {
            Build @('lib/W2S.Kernel/W2S.Kernel.csproj')
            dotnet (Join-Path $kernel 'bin/W2S.Kernel.dll') kernel @Rest
        }
        exit $LASTEXITCODE
    }
    'bench' {
        # The kernels' turns need Jupyter's client as a Unix package; the rest is the same program as elsewhere.
        if ($Rest.Count -eq 0 -or $Rest[0] -notin 'train', 'data', 'cache', 'losses', 'resume', 'memory') {
            Stop-WithMessage "bench times train, data, cache, losses, resume or memory here, not '$($Rest[0])'"
        }
        Assert-Sdk
        Assert-Platform
        Build @('tests/benchmarks/W2S.Benchmarks.csproj')
        dotnet (Join-Path $PSScriptRoot 'tests/benchmarks/bin/W2S.Benchmarks.dll') @Rest
        exit $LASTEXITCODE
    }
    'data' {
        & (Join-Path $PSScriptRoot 'data-scripts/get.ps1') @Rest
        exit $LASTEXITCODE
    }
    'help' {
        (Get-Content (Join-Path $PSScriptRoot 'w2s')) |
            Where-Object { $_ -match '^\./w2s ' } |
            ForEach-Object { $_ -replace '^\./w2s', './w2s.ps1' }
    }
    default { Stop-WithMessage "there is no verb '$Verb'; ./w2s.ps1 help lists the verbs" }
}
