package dev.fanfare.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.catalog.EventType;
import dev.fanfare.contract.catalog.EventType.Version;
import dev.fanfare.contract.catalog.Tenant;
import dev.fanfare.contract.catalog.Tenant.EventTypes;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.problem.Problem;
import dev.fanfare.contract.problem.Problem.FieldError;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.catalog.DataSchema;
import dev.fanfare.runtime.kafka.KafkaAnswer;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a strict tenant's events to its event types: the type must be in the catalog, and the data as the schema says of
 * the version that {@code dataschema} names, else of the newest. Open tenants' events never come here.
 *
 * <p>To check parses the data, may be slow where a schema is, and asks Kafka about a type that isn't known here: it keeps
 * off the event loop. Safe for use by several threads.
 */
final class EventTypeCheck {
    private static final String VERSIONS = "/versions/";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Logger LOG = LoggerFactory.getLogger(EventTypeCheck.class);

    private final Catalog catalog;
    private final Room room;
    private final Map<String, Compiled> compiled = new ConcurrentHashMap<>();

    /** The schemas of one state of a type, each compiled when it is first needed. */
    private record Compiled(EventType type, Map<Integer, DataSchema> schemas) {
        Compiled(EventType type) {
            this(type, new ConcurrentHashMap<>());
        }
    }

    /**
     * With no schema compiled yet.
     *
     * @param room for events that wait for their check: packed bodies took less where they were read
     */
    EventTypeCheck(Catalog catalog, Room room) {
        this.catalog = catalog;
        this.room = room;
    }

    /** Whether a tenant's events are held to its event types. */
    boolean appliesTo(String tenantId) {
        Tenant tenant = catalog.tenant(tenantId);
        return tenant != null && tenant.eventTypes() == EventTypes.STRICT;
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
        return events.stream().map(CompleteEvent::event).anyMatch(event -> {
            EventType type = catalog.eventType(tenant, event.type());
            return type == null || (event.attributes().containsKey(Event.DATA_SCHEMA) && version(type, event) == null);
        });
    }

    private List<FieldError> faults(String tenant, List<CompleteEvent> events, boolean batch) {
        List<FieldError> faults = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            check(tenant, events.get(i).event(), batch ? "/" + i : "", faults);
        }
        return faults;
    }

    private void check(String tenant, Event event, String at, List<FieldError> faults) {
        EventType type = catalog.eventType(tenant, event.type());
        if (type == null) {
            faults.add(new FieldError(
                    at + "/type",
                    "'" + event.type() + "' is not an event type of tenant '" + tenant
                            + "', which takes no others: create it, or have the tenant opened"));
            return;
        }
        Version version = version(type, event);
        if (version == null) {
            if (event.attributes().containsKey(Event.DATA_SCHEMA)) {
                faults.add(new FieldError(
                        at + "/dataschema",
                        "names no version of event type '" + type.name()
                                + "': leave it out, or end it with '/event-types/"
                                + type.name() + VERSIONS + "' and one of "
                                + type.versions().stream().map(Version::version).toList()));
            }
            return;
        }
        checkData(type, version, event, at + "/data", faults);
    }

    private void checkData(EventType type, Version version, Event event, String at, List<FieldError> faults) {
        if (event.contentType() != null && !isJson(event.contentType())) {
            faults.add(new FieldError(
                    at,
                    "is '" + event.contentType() + "', but event type '" + type.name()
                            + "' has a JSON Schema: send JSON"));
            return;
        }
        try {
            JsonNode data = Json.STRICT.readTree(event.data());
            faults.addAll(
                    data.isMissingNode()
                            ? List.of(new FieldError(at, "is missing: event type '" + type.name() + "' has a schema"))
                            : schema(type, version).faults(data, at));
        } catch (IOException e) {
            faults.add(new FieldError(at, "is not JSON, as event type '" + type.name() + "' wants it"));
        }
    }

    private DataSchema schema(EventType type, Version version) {
        Compiled known = compiled.get(type.key());
        if (known == null || known.type() != type) {
            known = new Compiled(type);
            compiled.put(type.key(), known);
        }
        return known.schemas().computeIfAbsent(version.version(), ignored -> DataSchema.compile(version.schema()));
    }

    /** Null where there is none: the type has no schema, or {@code dataschema} names another. */
    private static @Nullable Version version(EventType type, Event event) {
        String named = event.attributes().get(Event.DATA_SCHEMA);
        if (named == null) {
            return type.newest();
        }
        for (Version version : type.versions()) {
            if (named.endsWith("/event-types/" + type.name() + VERSIONS + version.version())
                    || named.equals(version.schema().path("$id").asText(null))) {
                return version;
            }
        }
        return null;
    }

    /** By RFC 6839: {@code application/json}, or a type with the suffix {@code +json}. */
    private static boolean isJson(String contentType) {
        int end = contentType.indexOf(';');
        String type =
                (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        return type.equals("application/json") || type.equals("text/json") || type.endsWith("+json");
    }
}
