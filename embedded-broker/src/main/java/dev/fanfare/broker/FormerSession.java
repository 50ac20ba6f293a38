package dev.fanfare.broker;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.BrokerRegistration;
import org.jspecify.annotations.Nullable;

/**
 * Tells when the controller holds this node's broker for gone: at once, unless the last process was killed. Then it takes
 * that one for alive until its session ends.
 *
 * <p>A broker that begins earlier finds itself the leader of all partitions, begins to load its coordinators' state, loses
 * the leadership to the end of the session, and loads again. In Kafka 4.3 the end of the first load then counts for the
 * second ({@code CoordinatorRuntime}): a coordinator that failed for good, whose groups wait until the next restart, or one
 * that serves with nothing loaded.
 */
final class FormerSession implements MetadataPublisher {
    private final CompletableFuture<@Nullable Void> over = new CompletableFuture<>();

    /** Completes on a thread of Kafka's. */
    CompletableFuture<@Nullable Void> over() {
        return over;
    }

    @Override
    public String name() {
        return "FormerSession";
    }

    @Override
    public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
        BrokerRegistration broker = image.cluster().broker(SingleNodeConfig.NODE_ID);
        if (broker == null || broker.fenced()) {
            over.complete(null);
        }
    }
}
