package dev.fanfare.benchmarks.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fanfare.benchmarks.run.Figure;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UsageTest {
    @Test
    void processorTimeIsOfWhatWasDoneMeanwhileAndTheRolesAreAddedUp() {
        Usage before = new Usage(
                0, Map.of("router", 1.0, "dispatcher-1", 1.0, "dispatcher-2", 1.0, Usage.BROKER, 3.0, Usage.LOAD, 4.0));
        Usage after = new Usage(
                9, Map.of("router", 1.5, "dispatcher-1", 2.5, "dispatcher-2", 1.5, Usage.BROKER, 4.0, Usage.LOAD, 8.0));
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        Usage.figures(after.perThousandSince(before, 10_000), figures);
        assertThat(figures.get(Figure.ROUTER_CPU_PER_1000)).isCloseTo(0.05, within(1e-9));
        assertThat(figures.get(Figure.DISPATCHER_CPU_PER_1000)).isCloseTo(0.2, within(1e-9));
        assertThat(figures.get(Figure.CPU_PER_1000)).isCloseTo(0.25, within(1e-9));
        assertThat(figures.get(Figure.BROKER_CPU_PER_1000)).isCloseTo(0.1, within(1e-9));
        assertThat(figures.get(Figure.LOAD_CPU_PER_1000)).isCloseTo(0.4, within(1e-9));
    }

    @Test
    void whatOthersRolesUseIsNotGuessed() {
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        Usage.figures(Map.of(Usage.LOAD, 0.1), figures);
        assertThat(figures).containsOnlyKeys(Figure.LOAD_CPU_PER_1000);
    }
}
