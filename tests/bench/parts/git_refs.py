"""Git's smart HTTP protocol as far as refs go, for repositories that hold nothing else."""

import hashlib

SERVICE = b"# service=git-upload-pack\n"
CAPABILITIES = (b"version 2\n", b"agent=git/2.39.5\n", b"ls-refs=unborn\n", b"fetch=shallow\n",
                b"object-format=sha1\n")


def packet(line):
    return b"%04x%s" % (len(line) + 4, line)


def commit(repository, ref="refs/heads/main"):
    """The id of the commit that a ref of a repository (its path, without .git) is at."""
    return hashlib.sha1(f"{repository} {ref}".encode()).hexdigest()


def refs_of(repository):
    for ref in ("HEAD", "refs/heads/main", "refs/heads/next", "refs/tags/v1", "refs/tags/v2",
                "refs/tags/v3"):
        yield ref, commit(repository, "refs/heads/main" if ref == "HEAD" else ref)


def advertisement(repository, version):
    if "version=2" in version:
        lines = b"".join(packet(line) for line in CAPABILITIES)
    else:
        words = "\0multi_ack symref=HEAD:refs/heads/main object-format=sha1 agent=git/2.39.5"
        lines = b""
        for ref, name in refs_of(repository):
            lines += packet(f"{name} {ref}{words}\n".encode())
            words = ""
    return packet(SERVICE) + b"0000" + lines + b"0000"


def packets_of(body):
    at = 0
    while at + 4 <= len(body):
        length = int(body[at:at + 4], 16)
        if length > 4:
            yield body[at + 4:at + length].rstrip(b"\n").decode()
        at += max(length, 4)


def listing(repository, body):
    """The answer to ls-refs, or None when something else is asked."""
    asked = list(packets_of(body))
    if "command=ls-refs" not in asked:
        return None
    prefixes = tuple(line[len("ref-prefix "):] for line in asked if line.startswith("ref-prefix "))
    answer = b""
    for ref, name in refs_of(repository):
        if not prefixes or ref.startswith(prefixes):
            target = " symref-target:refs/heads/main" if ref == "HEAD" and "symrefs" in asked else ""
            answer += packet(f"{name} {ref}{target}\n".encode())
    return answer + b"0000"
