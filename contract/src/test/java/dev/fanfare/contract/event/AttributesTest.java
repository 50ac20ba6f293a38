package dev.fanfare.contract.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AttributesTest {
    @Test
    void theyAreWhatAMapIsWhateverIsDoneToTheMapLater() {
        Map<String, String> map = new LinkedHashMap<>(Map.of("id", "1", "type", "t"));
        Attributes attributes = Attributes.of(map);
        map.put("id", "2");
        assertThat(attributes)
                .isEqualTo(Map.of("type", "t", "id", "1"))
                .hasSameHashCodeAs(Map.of("id", "1", "type", "t"));
        assertThat(Map.of("id", "1", "type", "t")).isEqualTo(attributes);
        assertThat(attributes.get("source")).isNull();
        assertThat(attributes.characters()).isEqualTo("id1typet".length());
    }

    @Test
    void theyCannotBeChangedOnlyCopiedWithAChange() {
        Attributes attributes = new Attributes.Builder().add("id", "1").build();
        assertThatThrownBy(() -> attributes.put("id", "2")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> attributes.keySet().remove("id")).isInstanceOf(UnsupportedOperationException.class);
        Attributes.Builder changed = attributes.change().set("id", "2").set("type", "t");
        assertThat(changed.build()).containsExactly(Map.entry("id", "2"), Map.entry("type", "t"));
        assertThat(attributes).containsExactly(Map.entry("id", "1"));
    }

    /** Whatever is done, it comes to what a map of Java's comes to, in the same order. */
    @Test
    void aBuilderDoesWhatALinkedMapDoes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            Map<String, String> map = new LinkedHashMap<>();
            Attributes.Builder builder = random.nextBoolean()
                    ? new Attributes.Builder()
                    : Attributes.of(map).change();
            for (int step = random.nextInt(60); step > 0; step--) {
                String name = "n" + random.nextInt(24);
                int what = random.nextInt(5);
                if (what == 0) {
                    map.putIfAbsent(name, "first");
                    builder.addIfMissing(name, "first");
                } else if (what == 1) {
                    assertThat(builder.remove(name)).as("seed %s", seed).isEqualTo(map.remove(name));
                } else {
                    String value = "v" + step;
                    map.put(name, value);
                    builder.set(name, value);
                }
                assertThat(builder.get(name)).as("seed %s", seed).isEqualTo(map.get(name));
            }
            Attributes built = builder.build();
            assertThat(built.entrySet()).as("seed %s", seed).containsExactlyElementsOf(map.entrySet());
            Map<String, String> walked = new LinkedHashMap<>();
            built.forEach(walked::put);
            assertThat(walked).as("seed %s", seed).isEqualTo(map).hasSize(built.size());
        }
    }
}
