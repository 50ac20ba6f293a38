package dev.fanfare.contract.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.contract.PartsHash;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DeliveryIdTest {
    private static final UUID GENERATION = UUID.fromString("0190d3a4-7c1e-7abc-8def-0123456789ab");

    @Test
    void theIdsOfKnownDeliveriesNeverChange() {
        // worked out with another implementation; a change here breaks every receiver that drops duplicates
        assertThat(DeliveryId.of("default", "/tenants/default", "evt-1", "orders", GENERATION))
                .isEqualTo("dlv_njcxshn4xh66wyste6527oanyb");
        assertThat(DeliveryId.of("acme", "https://shop.example/eü", "😀", "s", new UUID(0, 0)))
                .isEqualTo("dlv_tbvkogd2tm6l6hybzisgidxl3s");
        assertThat(DeliveryId.ofOrigin("fanfare.events", 3, 42)).isEqualTo("raw_eb7flyxzlhl7ntowjm53ezqnrf");
    }

    @Test
    void eachPartCounts() {
        Set<String> ids = new HashSet<>(List.of(
                DeliveryId.of("t", "s", "e", "sub", GENERATION),
                DeliveryId.of("x", "s", "e", "sub", GENERATION),
                DeliveryId.of("t", "x", "e", "sub", GENERATION),
                DeliveryId.of("t", "s", "x", "sub", GENERATION),
                DeliveryId.of("t", "s", "e", "x", GENERATION),
                DeliveryId.of("t", "s", "e", "sub", new UUID(0, 1)),
                DeliveryId.ofOrigin("t", 0, 1),
                DeliveryId.ofOrigin("t", 1, 0),
                DeliveryId.ofOrigin("t", 0, 0)));
        assertThat(ids).hasSize(9);
    }

    @Property
    void partsThatOnlyShiftTheirBordersHaveOtherIds(
            @ForAll String text, @ForAll @Size(6) List<@IntRange(max = 1_000) Integer> cuts) {
        Assume.that(!text.isEmpty());
        List<String> some = cut(text, cuts.subList(0, 3));
        List<String> others = cut(text, cuts.subList(3, 6));
        Assume.that(!some.equals(others));
        // half a character has no bytes of its own in UTF-8, and no rule lets one in
        Assume.that(text.chars().noneMatch(c -> Character.isSurrogate((char) c)));
        assertThat(idOf(some)).isNotEqualTo(idOf(others));
    }

    @Property
    void anIdStandsInUrlsFileNamesAndSignedContentAsItIs(@ForAll String source, @ForAll String eventId) {
        assertThat(DeliveryId.of("t", source, eventId, "sub", GENERATION)).matches("dlv_[a-z2-7]{26}");
    }

    private static String idOf(List<String> parts) {
        return DeliveryId.of(parts.get(0), parts.get(1), parts.get(2), parts.get(3), GENERATION);
    }

    private static List<String> cut(String text, List<Integer> at) {
        int[] borders = IntStream.concat(
                        IntStream.of(0, text.length()), at.stream().mapToInt(i -> i % (text.length() + 1)))
                .sorted()
                .toArray();
        return IntStream.range(0, 4)
                .mapToObj(i -> text.substring(borders[i], borders[i + 1]))
                .toList();
    }

    @Test
    void theIdsOfAnEventAreThoseThatAreMadeOneByOne() {
        DeliveryIds ids = new DeliveryIds().of("other", "/elsewhere".repeat(100), "e-0");
        byte[] other = ids.ofEvent();
        byte[] event = ids.of("acme", "/quelle/ü", "e-1").ofEvent();
        assertThat(event)
                .isNotEqualTo(other)
                .isEqualTo(new PartsHash()
                        .text("acme")
                        .text("/quelle/ü")
                        .text("e-1")
                        .bytes());
        for (String subscription : List.of("a", "billing", "ö", "x".repeat(300), "b")) {
            UUID generation = new UUID(subscription.hashCode(), 7);
            byte[] key = ("acme/" + subscription).getBytes(StandardCharsets.UTF_8);
            assertThat(new String(ids.of(key, "acme/".length(), generation), StandardCharsets.UTF_8))
                    .isEqualTo(DeliveryId.of("acme", "/quelle/ü", "e-1", subscription, generation));
        }
    }
}
