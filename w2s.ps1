#!/usr/bin/env pwsh
#Requires -Version 7.2
# The entry script for Windows: the same verbs as ./w2s, which says what each does.

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false # exit codes are looked at below

# PowerShell reads a,b as a list: it is one word here, as in bash.
$words = @($args | ForEach-Object { $_ -join ',' })
$verb = if ($words.Count -gt 0) { $words[0] } else { 'help' }
$rest = @($words | Select-Object -Skip 1)

function Stop-WithMessage([string] $Message, [int] $Code = 2) {
    [Console]::Error.WriteLine("w2s: $Message")
    exit $Code
}

function Get-Usage {
    Get-Content -LiteralPath (Join-Path $PSScriptRoot 'w2s') |
        Where-Object { $_ -match '^\./w2s ' } |
        ForEach-Object { $_ -replace '^\./w2s', './w2s.ps1' }
}

function Get-Sdk([string] $Folder) {
    Push-Location -LiteralPath $Folder
    try { $version = dotnet --version 2>$null } finally { Pop-Location }
    if ($LASTEXITCODE -eq 0) { $version }
}

function Assert-Sdk {
    if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
        Stop-WithMessage 'no .NET SDK found; install version 10 from https://dot.net/download'
    }
    if (Get-Sdk $PSScriptRoot) { return }
    $found = (Get-Sdk ([IO.Path]::GetPathRoot($PSScriptRoot))) ?? 'none'
    Stop-WithMessage "the .NET SDK found is not version 10 ($found); install version 10 from https://dot.net/download"
}

# libtorch is published for these machines only.
function Assert-Platform {
    $architecture = [Runtime.InteropServices.RuntimeInformation]::OSArchitecture
    if ($IsMacOS -or $IsLinux) { Stop-WithMessage 'use the bash script ./w2s here' }
    if ($architecture -ne 'X64') { Stop-WithMessage "libtorch has no package for Windows on $architecture; use Windows on x64" }
}

function Build([string[]] $Projects, [string] $Verb = 'build', [string[]] $Options = @()) {
    foreach ($project in $Projects) {
        $started = Get-Date
        [Console]::Error.Write("w2s: dotnet $Verb $project ... ")
        $log = @(dotnet $Verb (Join-Path $PSScriptRoot $project) -c Release --nologo -v minimal @Options 2>&1 | ForEach-Object { "$_" })
        if ($LASTEXITCODE -ne 0) {
            [Console]::Error.WriteLine('failed')
            $lines = @($log -cmatch 'error|warning' | Sort-Object -Unique)
            if ($lines.Count -eq 0) { $lines = $log }
            $lines | ForEach-Object { [Console]::Error.WriteLine($_) }
            Stop-WithMessage "dotnet $Verb of $project failed; see the lines above" 1
        }
        [Console]::Error.WriteLine("$([int]((Get-Date) - $started).TotalSeconds) s")
    }
}

function Build-Library([string[]] $Projects = @('lib/W2S.Sweeps/W2S.Sweeps.csproj', 'lib/W2S.Kernel/W2S.Kernel.csproj')) {
    Assert-Platform
    $started = [DateTime]::UtcNow
    Build $Projects
    Get-Contents | Set-Content -LiteralPath $built
    (Get-Item -LiteralPath $built).LastWriteTimeUtc = $started # older than whatever was edited during the build
}

# The last build's note: the names of its sources and the sums of what it made. Where they still hold and no source is newer
# than the note, there is nothing to build; finding that out takes MSBuild seconds.
$built = Join-Path $PSScriptRoot 'lib/W2S.Kernel/obj/w2s-built'

function Get-Sources {
    Get-ChildItem -LiteralPath (Join-Path $PSScriptRoot 'lib') -Recurse -File -Force |
        Where-Object { [IO.Path]::GetRelativePath($PSScriptRoot, $_.FullName) -notmatch '[\\/](bin|obj)[\\/]' }
    Get-ChildItem -LiteralPath $PSScriptRoot -File | Where-Object { $_.Name -like 'Directory.*' -or $_.Name -eq 'global.json' }
}

function Get-Contents {
    (Get-Sources).FullName | Sort-Object
    foreach ($output in 'lib/W2S.Charts/bin/W2S.dll', 'lib/W2S.Charts/bin/W2S.Charts.dll', 'lib/W2S.Charts/bin/W2S.Sweeps.dll',
        'lib/W2S.Kernel/bin/W2S.Kernel.dll') {
        $file = Join-Path $PSScriptRoot $output
        if (Test-Path -LiteralPath $file) { (Get-FileHash -LiteralPath $file).Hash } else { "$output is missing" }
    }
}

function Test-Built {
    if (-not (Test-Path -LiteralPath $built)) { return $false }
    $newest = (Get-Sources | Measure-Object LastWriteTimeUtc -Maximum).Maximum
    $newest -le (Get-Item -LiteralPath $built).LastWriteTimeUtc -and
        ((Get-Content -LiteralPath $built) -join "`n") -ceq ((Get-Contents) -join "`n")
}

# The kernel as it is installed: all of it compiled ahead of time where the compiler for that can be had.
function Build-Kernel {
    [Console]::Error.WriteLine('w2s: compiling the kernel ahead of time takes a minute or two the first time')
    $env:AheadOfTime = 'all'
    Build @('lib/W2S.Kernel/W2S.Kernel.csproj')
}

function Get-JupyterPython {
    foreach ($python in 'python', 'python3', 'py') {
        if (-not (Get-Command $python -ErrorAction SilentlyContinue)) { continue }
        & $python -c 'import jupyter_client' *> $null
        if ($LASTEXITCODE -eq 0) { return $python }
    }
    Stop-WithMessage 'no python has jupyter_client; install it: python -m pip install jupyter-client ipykernel'
}

function Invoke-Bench {
    $what = $rest.Count -gt 0 ? $rest[0] : ''
    if ($what -in 'train', 'data', 'features', 'probes', 'losses', 'resume', 'memory', 'accuracy') {
        Assert-Platform
        Build @('tests/benchmarks/W2S.Benchmarks.csproj')
        dotnet (Join-Path $PSScriptRoot 'tests/benchmarks/bin/W2S.Benchmarks.dll') @rest
        exit $LASTEXITCODE
    }
    if ($what -ne 'kernel') { Stop-WithMessage "bench times train, data, features, probes, losses, resume, memory, accuracy or kernel, not '$what'" }
    $python = Get-JupyterPython
    Build-Kernel
    $prefix = Join-Path ([IO.Path]::GetTempPath()) "w2s-bench-$PID"
    $options = @($rest | Select-Object -Skip 1)
    try {
        dotnet (Join-Path $PSScriptRoot 'lib/W2S.Kernel/bin/W2S.Kernel.dll') kernel install --prefix $prefix | Out-Null
        if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
        $env:JUPYTER_PATH = Join-Path $prefix 'share/jupyter'
        $env:XDG_STATE_HOME = $prefix
        & $python -W ignore (Join-Path $PSScriptRoot 'tests/benchmarks/kernel.py') @options
        exit $LASTEXITCODE
    }
    finally { Remove-Item -LiteralPath $prefix -Recurse -Force -ErrorAction SilentlyContinue }
}

function Invoke-Verb {
    switch ($verb) {
        'run' {
            if ($rest.Count -eq 0) { Stop-WithMessage 'run needs a notebook: ./w2s.ps1 run notebooks/00-start-here.ipynb' }
            if (-not (Get-Command dotnet -ErrorAction SilentlyContinue) -or -not (Test-Built)) { Assert-Sdk; Build-Library }
            dotnet (Join-Path $PSScriptRoot 'lib/W2S.Kernel/bin/W2S.Kernel.dll') run @rest
            exit $LASTEXITCODE
        }
        'sweep' {
            if ($rest.Count -lt 2) {
                Stop-WithMessage 'sweep needs a plan and a verb: ./w2s.ps1 sweep notebooks/plans/01-knowledge-distillation.csx list'
            }
            $plan = $rest[0]
            if ($plan -like '*.ipynb') { # a page's own
                $plan = Join-Path (Split-Path $plan) "plans/$([IO.Path]::GetFileNameWithoutExtension($plan)).csx"
            }
            $program = @(Join-Path $PSScriptRoot 'lib/W2S.Charts/bin/W2S.Sweeps.dll')
            if ($rest[1] -notin 'status', 'retry', 'collect') { # those look at the store alone
                if (-not (Test-Path -LiteralPath $plan)) { Stop-WithMessage "there is no plan '$plan'; see notebooks/plans" }
                $program = @((Join-Path $PSScriptRoot 'lib/W2S.Kernel/bin/W2S.Kernel.dll'), 'script',
                    (Join-Path $PSScriptRoot 'notebooks/library.csx'), $plan,
                    (Join-Path $PSScriptRoot 'notebooks/sweep/sweep.csx'), '--')
            }
            if (-not (Get-Command dotnet -ErrorAction SilentlyContinue) -or -not (Test-Built)) { Assert-Sdk; Build-Library }
            dotnet @program $plan @($rest | Select-Object -Skip 1)
            exit $LASTEXITCODE
        }
        'test' {
            $unknown = @($rest | Where-Object { $_ -like '-*' -and $_ -ne '--long' })
            if ($unknown.Count -gt 0) { Stop-WithMessage "test has no option '$($unknown[0])'; it has --long" }
            if ($rest -contains '--long') { $env:W2S_LONG = '1' } # the ordinary tests run a sample of what takes long
            $names = @($rest | Where-Object { $_ -ne '--long' })
            if ($names.Count -gt 1) { Stop-WithMessage "test takes one filter at most, got $($names.Count): $names" }
            Assert-Sdk
            $env:AheadOfTime = 'starts' # the tests start the kernel often
            Build-Library @('W2S.Notebooks.sln')
            $filter = @()
            if ($names.Count -eq 1) {
                $filter = @('-filter', "/*/*/*$($names[0])*", '-filter', "/*/*/*/*$($names[0])*")
            }
            if ([Console]::IsOutputRedirected) { $filter += '-noColor' }
            $failed = 0
            foreach ($project in 'W2S', 'W2S.Kernel') {
                dotnet (Join-Path $PSScriptRoot "tests/$project.Tests/bin/$project.Tests.dll") @filter
                if ($LASTEXITCODE -ne 0) { $failed = 1 }
            }
            exit $failed
        }
        'build' {
            if ("$rest" -notin '', '--cuda') { Stop-WithMessage "build takes --cuda or nothing, got: $rest" }
            Remove-Item -LiteralPath $chosen -Force -ErrorAction SilentlyContinue
            $env:LibTorch = $null
            if ($rest.Count -gt 0) {
                $null = New-Item -ItemType Directory -Force (Split-Path $chosen)
                Set-Content -LiteralPath $chosen 'cuda'
                $env:LibTorch = 'cuda'
            }
            Assert-Sdk
            $env:AheadOfTime = 'starts' # lib/W2S.Kernel/AheadOfTime; a first run does not wait for it
            Build-Library
        }
        'kernel' {
            Assert-Sdk
            if ($rest.Count -gt 0 -and $rest[0] -eq 'install') { Build-Kernel }
            else { Build @('lib/W2S.Kernel/W2S.Kernel.csproj') }
            dotnet (Join-Path $PSScriptRoot 'lib/W2S.Kernel/bin/W2S.Kernel.dll') kernel @rest
            exit $LASTEXITCODE
        }
        'pack' {
            if ($rest.Count -gt 1) { Stop-WithMessage "pack takes one folder at most, got $($rest.Count): $rest" }
            Assert-Sdk
            $folder = [IO.Path]::GetFullPath(($rest.Count -gt 0 ? $rest[0] : (Join-Path $PSScriptRoot 'packages')), (Get-Location).Path)
            $work = Join-Path ([IO.Path]::GetTempPath()) "w2s-pack-$PID" # an artifacts path: for any platform, beside the built library
            try {
                Build @('W2S', 'W2S.Charts', 'W2S.Kernel' | ForEach-Object { "lib/$_/$_.csproj" }) 'pack' @('--artifacts-path', $work, '--output', $folder)
            }
            finally { Remove-Item -LiteralPath $work -Recurse -Force -ErrorAction SilentlyContinue }
            [Console]::Error.WriteLine("w2s: packed into $folder")
            exit 0
        }
        'bench' { Assert-Sdk; Invoke-Bench }
        { $_ -in 'doctor', 'convert' } {
            Assert-Sdk
            $kernel = Join-Path $PSScriptRoot 'lib/W2S.Kernel/bin/W2S.Kernel.dll'
            if (-not (Test-Path -LiteralPath $kernel)) { Build @('lib/W2S.Kernel/W2S.Kernel.csproj') }
            if ($verb -eq 'doctor') { $rest = @($PSScriptRoot) }
            dotnet $kernel $verb @rest
            exit $LASTEXITCODE
        }
        'data' {
            & (Join-Path $PSScriptRoot 'data-scripts/get.ps1') @rest
            exit $LASTEXITCODE
        }
        { $_ -in 'help', '-h', '--help' } { Get-Usage }
        default {
            Get-Usage | ForEach-Object { [Console]::Error.WriteLine($_) }
            Stop-WithMessage "there is no verb '$verb'; the verbs are above"
        }
    }
}

# An environment variable outlives a script: the caller gets back what it had.
$before = @{}
foreach ($name in 'DOTNET_NOLOGO', 'DOTNET_CLI_TELEMETRY_OPTOUT', 'MSBUILDDISABLENODEREUSE', 'OutDir', 'Platform',
    'AheadOfTime', 'LibTorch', 'JUPYTER_PATH', 'XDG_STATE_HOME', 'W2S_LONG') {
    $before[$name] = [Environment]::GetEnvironmentVariable($name)
}
try {
    $env:DOTNET_NOLOGO = $env:DOTNET_CLI_TELEMETRY_OPTOUT = $env:MSBUILDDISABLENODEREUSE = '1'
    $env:OutDir = $env:Platform = $env:AheadOfTime = $null # MSBuild would take the caller's for properties of the build
    # Which libtorch the last `build` was asked for: later builds keep to it.
    $chosen = Join-Path $PSScriptRoot 'lib/W2S.Charts/obj/w2s-libtorch'
    $env:LibTorch = (Test-Path -LiteralPath $chosen) ? (Get-Content -LiteralPath $chosen -TotalCount 1) : $null
    Invoke-Verb
}
finally { $before.GetEnumerator() | ForEach-Object { Set-Item "Env:$($_.Key)" $_.Value } }
