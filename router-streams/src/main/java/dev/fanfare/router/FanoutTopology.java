package dev.fanfare.router;

import dev.fanfare.contract.topic.Topics;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.WallclockTimestampExtractor;

/**
 * The way of a chunk of a very large fan-out. A group and threads of its own, beside {@link RouterTopology}: other events
 * don't queue behind it.
 *
 * <pre>
 * fanfare.fanout ─▶ chunks ─▶ expand ─┬─▶ deliveries ───▶ fanfare.deliveries
 *                                     ├─▶ fanout ───────▶ fanfare.fanout
 *                                     └─▶ dead-letters ─▶ fanfare.dead-letters
 * </pre>
 */
final class FanoutTopology {
    private static final String CHUNKS = "chunks";
    private static final String EXPAND = "expand";

    private FanoutTopology() {}

    static Topology of(EventRouter.Shared shared) {
        ByteArrayDeserializer read = new ByteArrayDeserializer();
        ByteArraySerializer write = new ByteArraySerializer();
        return new Topology()
                .addSource(
                        AutoOffsetReset.earliest(),
                        CHUNKS,
                        new WallclockTimestampExtractor(),
                        read,
                        read,
                        Topics.FANOUT)
                .addProcessor(EXPAND, () -> new ChunkRouter(shared), CHUNKS)
                .addSink(RouterTopology.DELIVERIES, Topics.DELIVERIES, write, write, EXPAND)
                .addSink(RouterTopology.FANOUT, Topics.FANOUT, write, write, EXPAND)
                .addSink(RouterTopology.DEAD_LETTERS, Topics.DEAD_LETTERS, write, write, EXPAND);
    }
}
