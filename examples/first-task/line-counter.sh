#!/bin/sh
# A coding agent without a model, to show the contract: the prompt is $1, the working directory is the clone, and
# `key: value` lines in $TASKWRIGHT_RESULT_FILE become the results of the Task.
set -eu

echo "asked to: $1"
{
  echo "# Lines of TypeScript"
  echo
  git ls-files '*.ts' | while read -r file; do echo "${file%%/*} $(wc -l < "$file")"; done |
    awk '{ lines[$1] += $2 } END { for (folder in lines) print "- " folder ": " lines[folder] }' | sort
} > LINES.md
cat LINES.md

git add LINES.md
git -c user.name='Line Counter' -c user.email='line-counter@example.com' commit --quiet -m 'docs: how many lines of TypeScript each folder has'
git push --quiet origin HEAD
{
  echo "branch: $(git branch --show-current)"
  echo "commit: $(git rev-parse HEAD)"
  echo "lines: $(git ls-files '*.ts' | xargs cat | wc -l | tr -d ' ')"
} > "$TASKWRIGHT_RESULT_FILE"
