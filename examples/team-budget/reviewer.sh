#!/bin/sh
# An agent without a model: it spends what a small review costs.
set -eu

echo "asked to: $1"
echo "cost-usd: 0.25" > "$TASKWRIGHT_RESULT_FILE"
