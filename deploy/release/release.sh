#!/usr/bin/env bash
# What a release is made of: the distribution, its bill of materials, and their checksums.
#
#   deploy/release/release.sh [--twice] [--sign KEY] [FOLDER]
#
#   --twice     build a second time, at another path, and end with 1 where a single byte differs
#   --sign KEY  have gpg sign the checksums with this key
#   FOLDER      where it goes (target/release)
#
# Builds what is committed, in clones of its own: what lies about in the checkout has no part in it.
set -euo pipefail

fail() {
  printf 'release: %s\n' "$1" >&2
  exit 1
}

root=$(cd "$(dirname "$0")/../.." && pwd)
out= twice= key=
while [ $# -gt 0 ]; do
  case $1 in
    --twice) twice=1 ;;
    --sign) key=${2:?--sign needs the name of a key} && shift ;;
    -*) fail "what is $1? See the top of $0." ;;
    *) out=$1 ;;
  esac
  shift
done
mkdir -p "${out:=$root/target/release}"
out=$(cd "$out" && pwd)
[ -z "$(git -C "$root" status --porcelain --untracked-files=no)" ] || fail "there are changes that are not committed."
[ -z "$key" ] || gpg --list-secret-keys "$key" >/dev/null 2>&1 || fail "gpg has no secret key '$key'."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# build CLONE INTO: clones, builds, and packs into a folder.
build() {
  local clone=$1 into=$2 version stamp name
  git clone -q --no-hardlinks "$root" "$clone"
  (cd "$clone" && mvn -q -B -Dmaven.test.skip=true -Dspotless.check.skip=true -Dcheckstyle.skip=true -pl standalone -am package)
  version=$(sed -n 's/^  <version>\(.*\)<\/version>$/\1/p' "$clone/pom.xml" | head -n 1)
  stamp=$(sed -n 's/.*<project.build.outputTimestamp>\(.*\)<\/project.build.outputTimestamp>.*/\1/p' "$clone/pom.xml")
  name=fanfare-$version
  touch "$clone/standalone/target/fanfare/built" # tells ./fanfare that nothing is to be built
  # names in order, one time, nobody's files, no time in gzip's head
  (cd "$clone" && LC_ALL=C tar --sort=name --mtime="$stamp" --owner=0 --group=0 --numeric-owner --mode=go=rX,u+rw \
    --format=ustar --transform="s,^,$name/," -cf - fanfare LICENSE README.md docs deploy \
    standalone/target/fanfare/built standalone/target/fanfare/sbom.json standalone/target/fanfare/lib) |
    gzip -9n >"$into/$name.tar.gz"
  cp "$clone/standalone/target/fanfare/sbom.json" "$into/$name.sbom.json"
}

build "$work/one" "$out"
if [ -n "$twice" ]; then
  mkdir "$work/again"
  build "$work/at/another/path" "$work/again"
  for made in "$work/again"/*; do
    cmp "$made" "$out/$(basename "$made")" || fail "two builds differ: this is not reproducible."
  done
  echo "Two builds at two paths are the same, byte for byte."
fi

cd "$out"
sha256sum fanfare-*.tar.gz fanfare-*.sbom.json >SHA256SUMS
if [ -n "$key" ]; then
  gpg --batch --yes --local-user "$key" --armor --detach-sign --output SHA256SUMS.asc SHA256SUMS
fi
echo "In $out:"
ls -1 "$out"
