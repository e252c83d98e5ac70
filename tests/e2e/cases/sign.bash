# shellcheck shell=bash
# shellcheck disable=SC2034 # read by configure
# Signed packages and databases, and keys that cannot sign.
# One engine is enough: podman.

# shellcheck source=pacman.bash
. "$HERE/pacman.bash"

GNUPG=$WORLD/gnupg
with_gpg() { gpg --homedir "$GNUPG" --batch --quiet --pinentry-mode loopback "$@" 2>>"$WORLD/gpg.log"; }
make_key() { # name, passphrase, further arguments...; prints the fingerprint
	with_gpg --passphrase "$2" "${@:3:$#-3}" --quick-generate-key "$1" ed25519 sign "${!#}"
	with_gpg --with-colons --list-keys "=$1" | awk -F: '$1 == "fpr" {print $10; exit}'
}
# Its agent forgets what it was told.
end_agent() { gpgconf --homedir "$GNUPG" --kill all; }
sign_with() { # key, further lines of [sign]...
	BUILD_LINES=$(printf '[sign]\nkey = "%s"\n' "$1"; printf '%s\n' "${@:2}")
	configure anyarch epoch
}

mkdir -m 700 "$GNUPG"
key=$(make_key 'Kiln <kiln@example.org>' 'open sesame' never)
expired=$(make_key 'Old <old@example.org>' '' --faked-system-time 20200101T000000 20200201T000000)
with_gpg --passphrase 'open sesame' --armor --export-secret-keys "$key" >"$WORLD/secret.asc"
printf 'open sesame\n' >"$WORLD/passphrase"
chmod 600 "$WORLD"/{secret.asc,passphrase}
end_agent

# --- what is known before anything is built ------------------------------------------------

nothing_built() { [[ ! -e $STATE/logs/anyarch ]]; }
refused() { # word of the reason, word of the advice
	code_is 3 && nothing_built && err_has "$1" "try: $2"
	[[ $(grep -c '^error: ' "$WORLD/runs/$RUN.err") == 1 ]]
}
sign_with "$expired" 'home = "gnupg"'
kiln expired build
it 'builds nothing with a key that has expired, and says how to extend it' refused 'expired on 2020-02-01' 'extend it'
sign_with 0123456789ABCDEF0123456789ABCDEF01234567 'home = "gnupg"'
kiln missing build
it 'builds nothing with a key that is missing, and says where to look' refused 'no such key' 'set sign.key'
sign_with "$key" 'home = "gnupg"'
kiln locked build
it 'builds nothing with a key that is locked, and says how to unlock it' refused 'it is locked' 'set sign.passphrase_file'
kiln locked-doctor doctor
it 'has doctor say so' out_has 'FAILED  signing' 'it is locked'

# --- signed, unattended ---------------------------------------------------------------------

sign_with "$key" 'home = "gnupg"' 'passphrase_file = "passphrase"'
with_gpg --passphrase 'open sesame' --yes --output /dev/null --detach-sign "$CONFIG" # so that the agent is there
kiln_in_background signed build
begun() { [[ -s $(log_of anyarch) ]]; }
it 'begins to build with a passphrase from a file' wait_for 60 begun
printf 'no-autostart\n' >"$GNUPG/gpg.conf"
end_agent
kiln_ends 120
it 'ends with 3 when the key fails later' code_is 3
it 'says which key and why' failed_with anyarch 'unpublished at step publish' "cannot sign with the key '$key'"
it 'publishes nothing unsigned' not_published '*.pkg.tar*' 'kiln.db*'

sign_with "$key" 'key_file = "secret.asc"' 'passphrase_file = "passphrase"'
end_agent
kiln file build
it 'publishes first what waited, signed by a key from a file' code_is 0
once() { (($(builds_of anyarch) == 1 && $(builds_of epoch) == 1)); }
it 'builds none of it again' once
no_trace() {
	[[ -z $(find "$WORLD/run" "$WORLD/tmp" -name 'pkgkiln-*') ]]
	! grep -rE 'open sesame|PRIVATE KEY' "$WORLD/runs" "$STATE/logs"
}
it 'leaves no trace of key and passphrase' no_trace
kiln doctor doctor
it 'has doctor name the key' out_has "by $key, Kiln <kiln@example.org>"

# --- how a package was made -------------------------------------------------------------------

record=$REPO/anyarch-1.0-1-any.pkg.tar.zst.intoto.jsonl
recorded() {
	gpg --homedir "$GNUPG" --batch --quiet --verify "$record.sig" "$record"
	"$PYTHON" - "$record" "$(sha256sum <"${record%.intoto.jsonl}")" <<-'PY'
		import json, sys
		statement = json.load(open(sys.argv[1]))
		assert statement["subject"][0]["digest"]["sha256"] == sys.argv[2].split()[0]
		made = statement["predicate"]["buildDefinition"]
		assert made["internalParameters"]["sealed"] is True
		parts = {part["name"]: part for part in made["resolvedDependencies"]}
		assert len(parts["recipe"]["digest"]["gitCommit"]) == 40 and parts["recipe"]["uri"].endswith("anyarch.git")
		assert len(parts["base image"]["digest"]["sha256"]) == len(parts["builder image"]["digest"]["sha256"]) == 64
		assert any(part.get("uri", "").startswith("pkg:alpm/arch/") for part in parts.values())
	PY
}
it 'says beside a package how it was made, and signs that' recorded
cp "$record" "$WORLD/record"
printf ' ' >>"$record"
kiln forged verify "${record%.intoto.jsonl}"
it 'verifies nothing by a record that was changed' code_is 3
it 'says that its signature is not one by the key' err_has 'is not one by the key of [sign]'
cp "$WORLD/record" "$record"

# --- clients ----------------------------------------------------------------------------------

kiln export key export "$WORLD/kiln.asc"
it 'says how clients trust the key' err_has "pacman-key --add $WORLD/kiln.asc" "pacman-key --lsign-key $key"
trust_it() {
	local home=$WORLD/pacman/gpg
	chmod 700 "$home"
	touch "$home/pubring.gpg" # in the format that pacman looks for
	gpg --homedir "$home" --batch --quiet --import "$WORLD/kiln.asc"
	gpg --homedir "$home" --batch --quiet --import-ownertrust <<<"$key:6:"
}
it 'exports a key that gpg imports' trust_it
sed -i 's/^SigLevel = .*/SigLevel = Required/' "$WORLD/pacman/pacman.conf"
it 'has a pacman that requires signatures install a package' with_pacman -Sy anyarch
it 'has it read the lists of files' with_pacman -Fy
change_a_byte() { # file
	local at=$(($(stat -c %s "$1") / 2))
	cp "$1" "$WORLD/unchanged"
	printf '%b' "\\x$(printf '%02x' $(($(od -An -tu1 -j $at -N 1 "$1") ^ 1)))" |
		dd of="$1" bs=1 seek=$at conv=notrunc status=none
}
refuses() { ! with_pacman "$@"; }
change_a_byte "$REPO/epoch-2:0.9-1-any.pkg.tar.zst"
it 'has it refuse a package with another byte' refuses -S epoch
cp "$WORLD/unchanged" "$REPO/epoch-2:0.9-1-any.pkg.tar.zst"
change_a_byte "$REPO/kiln.db.tar.gz"
it 'has it refuse a database with another byte' refuses -Syy
kiln sign sign --all
it 'tells of a database that cannot be read' code_is 3
cp "$WORLD/unchanged" "$REPO/kiln.db.tar.gz"
rm "$REPO"/epoch*.sig "$REPO"/kiln.db*.sig
kiln note build
it 'signs a database by itself, and tells of a package without a signature' err_has "1 package in 'kiln' without a signature: pkgkiln sign --all"
kiln sign-again sign --all
it 'signs what is there when it is asked to' out_has "signed epoch-2:0.9-1-any.pkg.tar.zst in 'kiln'"
it 'has pacman install that' with_pacman -Syy epoch
kiln twice sign --all
it 'signs nothing a second time' out_has 'nothing to sign'

# --- turned off -----------------------------------------------------------------------------

BUILD_LINES='' configure anyarch
sed 's/^pkgver=.*/pkgver=1.1/' "$ROOT/served/plain/anyarch/PKGBUILD" | commit_file anyarch PKGBUILD
commit_file anyarch .SRCINFO <<<'' # the old one does not say so
kiln off build
it 'publishes unsigned again without a key' published anyarch-1.1-1-any.pkg.tar.zst
gone() { [[ ! -e $record && -s ${record/1.0-1/1.1-1} ]]; }
it 'has what says how a package was made go with it' gone
it 'leaves no signature of what is gone' not_published 'kiln.*.sig' 'anyarch-*.sig'
sed -i 's/^SigLevel = .*/SigLevel = Optional TrustAll/' "$WORLD/pacman/pacman.conf"
rm "$WORLD"/root/var/lib/pacman/sync/kiln.*.sig # which pacman itself keeps
it 'has a pacman that takes both install it' with_pacman -Syy anyarch
end_agent
