#include "core/git/ask/ls_refs.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln::git;
using PacketKind = Packet::Kind;

TEST_CASE("pkt-lines are taken one by one, without their line breaks") {
  PktLines lines("0006a\n0005b0004000100020000");
  CHECK(lines.next().is("a"));
  CHECK(lines.next().is("b"));
  CHECK(lines.next().is(""));
  CHECK(lines.next().kind == PacketKind::delimiter);
  CHECK(lines.next().kind == PacketKind::response_end);
  CHECK_FALSE(lines.at_end());
  CHECK(lines.next().kind == PacketKind::flush);
  CHECK(lines.at_end());
}

TEST_CASE("a pkt-line may hold any bytes, up to 65,516 of them") {
  const std::string text = "fff0a\n" + std::string(65'513, '\0') + "b";
  PktLines lines(text);
  CHECK(lines.next().is(text.substr(4)));
  CHECK(lines.at_end());
  PktLines cut(std::string_view(text).substr(0, text.size() - 1));
  CHECK_THROWS_AS(cut.next(), Unusual);
}

TEST_CASE("what is no pkt-line is refused") {
  const std::string text = GENERATE(as<std::string>{}, "", "0", "000", "0003", "0003abc", "0005",
                                    "0006a", "00g6ab", "-001", "+001", "0x06", " 006ab", "fff1",
                                    "ffff", "<html>", std::string("\0\0\0\0", 4));
  CAPTURE(text);
  CHECK_THROWS_AS(PktLines(text).next(), Unusual);
}

TEST_CASE("a line is written with its length and a line break") {
  CHECK(pkt_line("peel") == "0009peel\n");
  CHECK(PktLines(pkt_line("ref-prefix HEAD")).next().kind == PacketKind::data);
}
