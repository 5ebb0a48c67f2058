#!/usr/bin/env pwsh
# The entry script for Windows: the same verbs as ./w2s, which says what each does.
param([Parameter(Position = 0)][string] $Verb = 'help', [Parameter(ValueFromRemainingArguments)][string[]] $Rest = @())

$ErrorActionPreference = 'Stop'
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:MSBUILDDISABLENODEREUSE = '1'
# MSBuild would take the caller's for properties of the build.
Remove-Item Env:OutDir, Env:Platform -ErrorAction SilentlyContinue

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

function Build-Library {
    Assert-Platform
    $started = [DateTime]::UtcNow
    Build @('lib/W2S/W2S.csproj', 'lib/W2S.Kernel/W2S.Kernel.csproj')
    Get-Contents | Set-Content $built
    (Get-Item $built).LastWriteTimeUtc = $started # older than whatever was edited during the build
}

# The last build's note: the names of its sources and the sums of what it made. Where they still hold and no source is newer
# than the note, there is nothing to build; finding that out takes MSBuild seconds.
$built = Join-Path $PSScriptRoot 'lib/W2S.Kernel/obj/w2s-built'

function Get-Sources {
    Get-ChildItem (Join-Path $PSScriptRoot 'lib') -Recurse -File -Force | Where-Object { $_.FullName -notmatch '[\\/](bin|obj)[\\/]' }
    Get-Item (Join-Path $PSScriptRoot 'Directory.*.props'), (Join-Path $PSScriptRoot 'global.json')
}

function Get-Contents {
    (Get-Sources).FullName | Sort-Object
    foreach ($output in 'lib/W2S/bin/W2S.dll', 'lib/W2S.Kernel/bin/W2S.Kernel.dll') {
        $file = Join-Path $PSScriptRoot $output
        if (Test-Path $file) { (Get-FileHash $file).Hash } else { "$output is missing" }
    }
}

function Test-Built {
    if (-not (Test-Path $built)) { return $false }
    $newest = (Get-Sources | Measure-Object LastWriteTimeUtc -Maximum).Maximum
    $newest -le (Get-Item $built).LastWriteTimeUtc -and ((Get-Content $built) -join "`n") -ceq ((Get-Contents) -join "`n")
}

# The kernel as it is installed: compiled ahead of time where the compiler for that can be had, for a quicker start.
$published = Join-Path $PSScriptRoot 'lib/W2S.Kernel/obj/publish'

function Publish-Kernel {
    $project = Join-Path $PSScriptRoot 'lib/W2S.Kernel/W2S.Kernel.csproj'
    $started = Get-Date
    [Console]::Error.Write('w2s: publishing the kernel, which takes a minute or two the first time ... ')
    if (Test-Path $published) { Remove-Item $published -Recurse -Force }
    $log = dotnet publish $project -c Release --nologo -v minimal -o $published -p:PublishReadyToRun=true 2>&1
    if ($LASTEXITCODE -ne 0) {
        [Console]::Error.Write('without ahead-of-time compilation, which failed ... ')
        $log = dotnet publish $project -c Release --nologo -v minimal -o $published 2>&1
        if ($LASTEXITCODE -ne 0) {
            [Console]::Error.WriteLine('failed')
            $log | ForEach-Object { [Console]::Error.WriteLine($_) }
            Stop-WithMessage 'the kernel could not be published; see the lines above' 1
        }
    }
    [Console]::Error.WriteLine("$([int]((Get-Date) - $started).TotalSeconds) s")
}

function Get-JupyterPython {
    foreach ($python in 'python', 'python3', 'py') {
        if (-not (Get-Command $python -ErrorAction SilentlyContinue)) { continue }
        & $python -c 'import jupyter_client' *> $null
        if ($LASTEXITCODE -eq 0) { return $python }
    }
    Stop-WithMessage 'no python has jupyter_client; install it: python -m pip install jupyter-client ipykernel'
}

switch ($Verb) {
    'run' {
        if ($Rest.Count -eq 0) { Stop-WithMessage 'run needs a notebook: ./w2s.ps1 run notebooks/00-start-here.ipynb' }
        if (-not (Get-Command dotnet -ErrorAction SilentlyContinue) -or -not (Test-Built)) { Assert-Sdk; Build-Library }
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
        if ($Rest.Count -gt 0 -and $Rest[0] -eq 'install') {
            Publish-Kernel
            dotnet (Join-Path $published 'W2S.Kernel.dll') kernel @Rest
        }
        else {
            Build @('lib/W2S.Kernel/W2S.Kernel.csproj')
            dotnet (Join-Path $PSScriptRoot 'lib/W2S.Kernel/bin/W2S.Kernel.dll') kernel @Rest
        }
        exit $LASTEXITCODE
    }
    'bench' {
        Assert-Sdk
        $what, $options = $Rest
        if ($what -in 'train', 'data', 'cache', 'losses', 'resume', 'memory', 'accuracy') {
            Assert-Platform
            Build @('tests/benchmarks/W2S.Benchmarks.csproj')
            dotnet (Join-Path $PSScriptRoot 'tests/benchmarks/bin/W2S.Benchmarks.dll') @Rest
            exit $LASTEXITCODE
        }
        if ($what -ne 'kernel') { Stop-WithMessage "bench times train, data, cache, losses, resume, memory, accuracy or kernel, not '$what'" }
        $python = Get-JupyterPython
        Publish-Kernel
        $prefix = Join-Path ([IO.Path]::GetTempPath()) "w2s-bench-$PID"
        try {
            dotnet (Join-Path $published 'W2S.Kernel.dll') kernel install --prefix $prefix | Out-Null
            $env:JUPYTER_PATH = Join-Path $prefix 'share/jupyter'
            $env:XDG_STATE_HOME = $prefix
            & $python -W ignore (Join-Path $PSScriptRoot 'tests/benchmarks/kernel.py') @options
            exit $LASTEXITCODE
        }
        finally { Remove-Item $prefix -Recurse -Force -ErrorAction SilentlyContinue }
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
