package dev.fanfare.router;

import java.util.Map;
import java.util.Objects;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.Options;

/** Gives each store the router's {@link StoreMemory}. Made by Kafka Streams, by its name. */
public final class StoreMemorySetter implements RocksDBConfigSetter {
    /** The setting that holds the {@link StoreMemory} itself. */
    static final String MEMORY = "fanfare.store.memory";

    public StoreMemorySetter() {}

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        ((StoreMemory) Objects.requireNonNull(configs.get(MEMORY), MEMORY)).applyTo(options);
    }

    /** Nothing: the memory is the router's. */
    @Override
    public void close(String storeName, Options options) {}
}
