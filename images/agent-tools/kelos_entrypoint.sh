#!/bin/sh
exec /taskwright/agent run "$@"
