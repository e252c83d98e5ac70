# shellcheck shell=bash
# Part of scripts that copy what others made.

# Copies a file to one that must not be there yet, at most "$3" bytes of it. No link is followed,
# and nothing but a regular file is waited for.
copy_file() { # from, to, bytes
    dd if="$1" of="$2" bs=1M count="$3" iflag=nofollow,nonblock,count_bytes,fullblock \
        oflag=nofollow conv=excl status=none 2>/dev/null && [ -f "$2" ]
}
