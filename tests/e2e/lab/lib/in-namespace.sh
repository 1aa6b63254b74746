#!/bin/sh
# Starts the browser on a machine of the lab. It talks to its driver by a pipe, so it needs no network for that.
exec ip netns exec "$LAB_NAMESPACE" "$LAB_CHROMIUM" "$@"
