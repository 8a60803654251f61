#!/bin/sh
# The agent of the node's tests: an image of a user's own, without a model. Its prompt is what it does.
set -eu
echo "agent runs as $(id -u)"
case "$1" in
  'commit')
    git config user.name agent
    git config user.email agent@example.com
    echo "$1" > NOTE.md
    git add NOTE.md
    git commit --quiet -m 'docs: a note'
    git push --quiet origin HEAD
    printf 'branch: %s\ncommit: %s\nnote: written\n' "$(git branch --show-current)" "$(git rev-parse HEAD)" > "$TASKWRIGHT_RESULT_FILE"
    ;;
  'wait for '*)
    # "wait for BRANCH of URL": how long it takes is the test's decision, not the machine's.
    trap 'exit 143' TERM
    set -- $1
    until git ls-remote --exit-code --heads "$5" "$3" > /dev/null 2>&1; do sleep 0.2; done
    echo 'waited: yes' > "$TASKWRIGHT_RESULT_FILE"
    ;;
  'eat memory')
    exec tail /dev/zero
    ;;
  *)
    echo "no prompt is \"$1\"" >&2
    exit 2
    ;;
esac
