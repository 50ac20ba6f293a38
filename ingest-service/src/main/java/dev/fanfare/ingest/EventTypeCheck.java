package dev.fanfare.ingest;

import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.catalog.EventTypeRules;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a strict tenant's events to its event types, by {@link EventTypeRules}. Open tenants' events never come here.
 *
 * <p>To check parses the data, may be slow where a schema is, and asks Kafka about a type that isn't known here: it keeps
 * off the event loop. Safe for use by several threads.
 */
final class EventTypeCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Logger LOG = LoggerFactory.getLogger(EventTypeCheck.class);

    private final Catalog catalog;
    private final Room room;
    private final EventTypeRules rules;

    /**
     * With no schema compiled yet.
     *
     * @param room for events that wait for their check: packed bodies took less where they were read
     */
    EventTypeCheck(Catalog catalog, Room room) {
        this.catalog = catalog;
        this.rules = new EventTypeRules(catalog);
        this.room = room;
    }

    /** Whether a tenant's events are held to its event types. */
    boolean appliesTo(String tenantId) {
        return rules.applyTo(tenantId);
    }

    /**
     * Checks events of one tenant, on a worker thread; ends on the request's event loop.
     *
     * @param batch whether faults are to be named by the event's place, from 0
     * @return fails with a {@link ProblemException}: 422 with every fault; 503 where a type isn't known here and Kafka is
     *     away, or too many events wait
     */
    Future<Void> check(RoutingContext context, String tenant, List<CompleteEvent> events, boolean batch) {
        long bytes = 0;
        for (CompleteEvent event : events) {
            bytes += EventPublisher.size(event.event());
        }
        if (!room.take(bytes)) {
            context.response().putHeader(HttpHeaders.RETRY_AFTER, IngestHandler.RETRY_AFTER_SECONDS);
            return Future.failedFuture(new ProblemException(Problem.of(
                    503,
                    "not-accepted",
                    "Event not accepted",
                    "more events wait to be held to their types than ingest.buffer holds: send it again later")));
        }
        long taken = bytes;
        return context.vertx()
                .<Void>executeBlocking(
                        () -> {
                            check(tenant, events, batch);
                            return null;
                        },
                        false)
                .onComplete(checked -> room.giveBack(taken))
                .recover(failure -> Future.failedFuture(
                        failure instanceof RetriableException ? notNow(context, failure) : failure));
    }

    private static ProblemException notNow(RoutingContext context, Throwable failure) {
        LOG.warn("an event type can't be looked up cause={}", failure.toString());
        context.response().putHeader(HttpHeaders.RETRY_AFTER, "2");
        return new ProblemException(Problem.of(
                503,
                "not-accepted",
                "Event not accepted",
                "its type is not known here, and Kafka did not tell in time whether it is new: send it again later"));
    }

    /**
     * Checks events of one tenant.
     *
     * @param batch whether faults are to be named by the event's place, from 0
     * @throws ProblemException 422 with every fault
     * @throws RetriableException where a type isn't known here and Kafka is away
     */
    void check(String tenant, List<CompleteEvent> events, boolean batch) {
        // looked at first: what arrives between the two looks makes no fault of what was not known
        boolean unknown = isAboutTheCatalog(tenant, events);
        List<FieldError> faults = faults(tenant, events, batch);
        if (!faults.isEmpty() && unknown) {
            // a type or a version may have been made at another instance just now
            KafkaAnswer.await(catalog.catchUp().toCompletableFuture(), PATIENCE, "asking for new event types");
            faults = faults(tenant, events, batch);
        }
        if (!faults.isEmpty()) {
            FieldError first = faults.get(0);
            throw new ProblemException(new Problem(
                    "/problems/event-type-mismatch",
                    "Event doesn't fit its type",
                    422,
                    first.field() + ": " + first.detail(),
                    faults));
        }
    }

    private boolean isAboutTheCatalog(String tenant, List<CompleteEvent> events) {
        return events.stream().anyMatch(event -> !rules.know(tenant, event.event()));
    }

    private List<FieldError> faults(String tenant, List<CompleteEvent> events, boolean batch) {
        List<FieldError> faults = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            faults.addAll(rules.faults(tenant, events.get(i).event(), batch ? "/" + i : ""));
        }
        return faults;
    }
}
