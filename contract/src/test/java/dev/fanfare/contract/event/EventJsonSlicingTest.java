package dev.fanfare.contract.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Random JSON in random white space, at any place of the envelope: the data's bytes come out as they went in. */
class EventJsonSlicingTest {

    @Property(tries = 300)
    void theDataOfAnEnvelopeComesOutByteForByte(
            @ForAll("values") String data, @ForAll("spaces") String space, @ForAll("orders") List<Integer> order)
            throws InvalidEvent {
        List<String> members = List.of(
                "\"type\"" + space + ":" + space + "\"order.created\"",
                "\"subject\":\"{\\\"data\\\":[1\"",
                "\"id\":" + space + "\"7\"",
                "\"data\"" + space + ":" + space + data);
        Event event = EventJson.readEnvelope(framed(members, space, order));
        assertThat(new String(event.data(), UTF_8)).isEqualTo(data);
        assertThat(event.type()).isEqualTo("order.created");
        assertThat(event.attributes()).containsEntry("subject", "{\"data\":[1").hasSize(3);
    }

    @Property(tries = 300)
    void theDataOfACloudEventComesOutByteForByte(
            @ForAll("values") String data, @ForAll("spaces") String space, @ForAll("orders") List<Integer> order)
            throws InvalidEvent {
        List<String> members = List.of(
                "\"specversion\":\"1.0\"",
                "\"type\":" + space + "\"t\"," + space + "\"source\":\"/s\",\"id\":\"1\"",
                "\"ext\":" + space + "7",
                "\"data\":" + space + data);
        Event event = EventJson.readStructured(framed(members, space, order));
        assertThat(new String(event.data(), UTF_8)).isEqualTo(data);
        assertThat(event.attributes()).containsEntry("ext", "7").hasSize(4);
    }

    private static byte[] framed(List<String> members, String space, List<Integer> order) {
        List<String> shuffled = order.stream().map(members::get).toList();
        return (space + "{" + space + String.join(space + "," + space, shuffled) + space + "}" + space).getBytes(UTF_8);
    }

    @Provide
    Arbitrary<List<Integer>> orders() {
        return Arbitraries.shuffle(0, 1, 2, 3);
    }

    @Provide
    Arbitrary<String> spaces() {
        return Arbitraries.of("", " ", "\n", "\t", "\r\n", "  \n\t ", " ".repeat(5_000));
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.lazyOf(
                () -> Arbitraries.of("null", "true", "false", "{}", "[]", "[ ]", "{\n}"),
                this::numbers,
                this::strings,
                this::arrays,
                this::objects);
    }

    private Arbitrary<String> numbers() {
        return Arbitraries.oneOf(
                Arbitraries.of("0", "-0", "1.50", "-0.000", "1e400", "-12.30E-7", "1E+2", "9".repeat(300)),
                Arbitraries.longs().map(Object::toString));
    }

    private Arbitrary<String> strings() {
        Arbitrary<String> pieces = Arbitraries.of(
                "a",
                "\\\"",
                "\\\\",
                "\\/",
                "\\n",
                "\\u00e9",
                "\\u0000",
                "\\ud83d\\ude00",
                "\\ud800",
                "é",
                "€",
                "😀",
                "{",
                "}",
                "[",
                "]",
                ":",
                ",",
                " ",
                "data",
                "\u007f",
                "\u2028",
                "x".repeat(9_000));
        return pieces.list().ofMaxSize(8).map(list -> "\"" + String.join("", list) + "\"");
    }

    private Arbitrary<String> arrays() {
        return Combinators.combine(values().list().ofMaxSize(4), spaces())
                .as((elements, space) -> "[" + space + String.join(space + "," + space, elements) + space + "]")
                .filter(text -> !text.equals("[]"));
    }

    private Arbitrary<String> objects() {
        return Combinators.combine(strings(), values().list().ofMinSize(1).ofMaxSize(4), spaces())
                .as((name, elements, space) -> {
                    StringBuilder object = new StringBuilder("{");
                    for (int i = 0; i < elements.size(); i++) {
                        // numbered, since no name may stand twice; short, since names have a limit
                        // and whole: half a surrogate pair is refused in a name, though not in a text
                        boolean fits = name.length() <= 500 && !name.contains("\\ud800");
                        String unique = "\"" + i + (fits ? name.substring(1, name.length() - 1) : "");
                        object.append(i == 0 ? "" : space + ",")
                                .append(space)
                                .append(unique)
                                .append("\"")
                                .append(space)
                                .append(":")
                                .append(space)
                                .append(elements.get(i));
                    }
                    return object.append(space).append("}").toString();
                });
    }
}
