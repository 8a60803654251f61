#!/bin/sh
# A coding agent without a model: it writes its prompt, which is $1, into NOTES.md and pushes that.
set -eu

echo "asked to note: $1"
echo "- $1" >> NOTES.md
git add NOTES.md
git -c user.name='Note Taker' -c user.email='note-taker@example.com' commit --quiet -m 'docs: what was reported'
git push --quiet origin HEAD
{
  echo "branch: $(git branch --show-current)"
  echo "commit: $(git rev-parse HEAD)"
} > "$TASKWRIGHT_RESULT_FILE"
