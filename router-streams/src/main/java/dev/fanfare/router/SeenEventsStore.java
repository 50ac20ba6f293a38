package dev.fanfare.router;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;

/**
 * Makes the store of {@link SeenEvents}: RocksDB files in segments of half a window and a changelog, or with a window of
 * zero a store that keeps nothing, neither on disk nor on its changelog.
 *
 * <p>It is a builder of our own for one reason: whatever the window is, the topology must look the same from outside. A
 * broker refuses a member whose topology is not that of its streams group (KIP-1071: "Topology updates are not supported
 * yet"), and the topology includes each changelog's settings, which Streams would make of the window.
 */
final class SeenEventsStore implements StoreBuilder<StateStore> {
    /** Its changelog is named {@code <application id>-seen-changelog}. */
    static final String NAME = "seen";

    /** As 'fanfare topics create' makes it; what stands here is part of the topology and must not change. */
    private static final Map<String, String> CHANGELOG = Map.of(
            "cleanup.policy",
            "delete",
            "retention.ms",
            Long.toString(Duration.ofDays(2).toMillis()));

    private final Duration window;

    SeenEventsStore(Duration window) {
        this.window = window;
    }

    @Override
    public StateStore build() {
        return window.isZero() ? new Nothing() : events();
    }

    private WindowStore<Bytes, byte[]> events() {
        // of two buckets, the former begins one window before the present one
        Duration retention = window.plusMillis(1);
        return Stores.windowStoreBuilder(
                        Stores.persistentWindowStore(NAME, retention, window, false),
                        Serdes.Bytes(),
                        Serdes.ByteArray())
                .withCachingDisabled()
                .withLoggingEnabled(CHANGELOG)
                .build();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean loggingEnabled() {
        return true;
    }

    @Override
    public Map<String, String> logConfig() {
        return CHANGELOG;
    }

    @Override
    public StoreBuilder<StateStore> withCachingEnabled() {
        throw new UnsupportedOperationException("no key is read soon after it was written");
    }

    @Override
    public StoreBuilder<StateStore> withCachingDisabled() {
        return this;
    }

    @Override
    public StoreBuilder<StateStore> withLoggingEnabled(Map<String, String> config) {
        throw new UnsupportedOperationException("the changelog's settings are fixed");
    }

    @Override
    public StoreBuilder<StateStore> withLoggingDisabled() {
        throw new UnsupportedOperationException("without a changelog, a lost disk makes duplicates");
    }

    /** Keeps nothing. It doesn't register itself, so that Streams doesn't read a changelog for it. */
    private static final class Nothing implements StateStore {
        private boolean open;

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public void init(StateStoreContext context, StateStore root) {
            open = true;
        }

        @Override
        public boolean persistent() {
            return false;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() {
            open = false;
        }
    }
}
