"""Makes PKGBUILDs that nobody would write out of those that people wrote: IN is a folder of
NAME/PKGBUILD, beside which as many folders mutant-N are put as is said. The same ones each time."""

import pathlib
import random
import sys

BITS = (
    "' \" ` # ^ $( ) ( { } <<E^ ^E^ <<'E'^ <<-E^ \\ \\^ $' ${ $(( )) (( [[ ]] case^x^in ;; esac^ "
    "if^ ;^fi^ #^x' #^x\" ; & | <( ${x:-' ${x#\" ! <<< =( f()^{^ && x= [ ] \\' \\\" for^x^in^a;^do^ "
    "done^ function^g^{^ 2>&1 &>x *) |& ~ = ${x/# ${#x} $# @( elif^ else^ \"$( '\"'"
).split(" ")


def mutant(texts):
    lines = random.choice(texts).split("\n")
    middle = random.randrange(len(lines))
    text = "\n".join(lines[max(0, middle - 12) : middle + 25])
    for _ in range(random.randrange(1, 5)):
        at = random.randrange(len(text) + 1)
        if random.random() < 0.3:
            text = text[:at] + text[at + random.randrange(1, 12) :]
        else:
            text = text[:at] + random.choice(BITS).replace("^", random.choice("\n ")) + text[at:]
    # In a function most of it isn't run.
    return "f() {\n" + text + "\n}\n" if random.random() < 0.7 else text


def main():
    folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    random.seed(1)
    files = sorted(folder.glob("*/PKGBUILD"))
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in files]
    for number in range(count):
        target = folder / f"mutant-{number}"
        target.mkdir()
        (target / "PKGBUILD").write_text(mutant(texts), encoding="utf-8")


main()
