#!/bin/sh
# An agent without a model: it spends what a small review costs. What it may spend is in TASKWRIGHT_MAX_COST_USD; agents of ours are stopped there, and
# one of your own is asked to stop itself. The first attempt to review the checkout fails: its Pod has the name of its Task, the next one another.
set -eu

echo "asked to: $1, for at most $TASKWRIGHT_MAX_COST_USD dollars"
echo "cost-usd: 0.25" > "$TASKWRIGHT_RESULT_FILE"
case "$HOSTNAME" in
  checkout-retry-*) ;;
  checkout-*) exit 1 ;;
esac
