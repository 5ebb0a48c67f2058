#!/usr/bin/env bash
# One job of ./w2s sweep PLAN submit: works on the plan with the code that was copied, one worker a GPU or core. Told to
# stop, a minute before its time is over, its workers leave checkpoints with which the next job goes on.
# job.sh CODE PLAN: the folder of the copy, and the plan as it was named. W2S_RUNS and W2S_DATA are the submitter's.
set -euo pipefail
code=$1 plan=$2
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} # nothing else sets it, and a run's bits depend on it
export W2S_LOG=$W2S_RUNS/sweeps/$(basename "$plan" .csx).logs/${SLURM_ARRAY_JOB_ID:-}_${SLURM_ARRAY_TASK_ID:-}.log
IFS=, read -ra cards <<<"${CUDA_VISIBLE_DEVICES:-}"
workers=${#cards[@]}
[[ $workers -gt 0 ]] || workers=$((${SLURM_CPUS_ON_NODE:-$(nproc)} / OMP_NUM_THREADS))
exec dotnet "$code/lib/W2S.Kernel/bin/W2S.Kernel.dll" script "$code/notebooks/library.csx" \
  "$code/notebooks/plans/$(basename "$plan")" "$code/notebooks/sweep/sweep.csx" \
  -- "$plan" work --workers "$((workers > 0 ? workers : 1))"
