package dev.fanfare.control.catalog;

import dev.fanfare.contract.catalog.CatalogEntry;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.AuditEntry;
import dev.fanfare.contract.topic.Topics;
import dev.fanfare.control.http.EntityTag;
import dev.fanfare.control.table.FencedHand;
import dev.fanfare.control.table.TableWriter;
import dev.fanfare.control.table.TableWriter.Change;
import dev.fanfare.control.table.TableWriter.Outcome;
import dev.fanfare.runtime.catalog.Catalog;
import dev.fanfare.runtime.kafka.CompactedTable.Row;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Changes of the catalog: decided by {@link TableWriter}, each with its line in the audit. */
public final class CatalogWriter {
    private final TableWriter<CatalogEntry> writer;
    private final Clock clock;

    /** Decides on what stands under the key; of the kind that stands there. */
    @FunctionalInterface
    interface Decision<E extends CatalogEntry> {
        /** Null: there is nothing. May throw a problem. */
        Change<CatalogEntry> on(@Nullable Row<E> current);
    }

    /** Throws where what is there must not be changed by this request. */
    @FunctionalInterface
    public interface Condition extends Consumer<@Nullable Row<CatalogEntry>> {
        /** Whatever is there. */
        Condition NONE = found -> {};

        /** As the headers of a request ask for: {@code If-Match}, {@code If-None-Match}. */
        static Condition of(RoutingContext context) {
            List<String> ifMatch = context.request().headers().getAll(HttpHeaders.IF_MATCH);
            List<String> ifNoneMatch = context.request().headers().getAll(HttpHeaders.IF_NONE_MATCH);
            return found -> EntityTag.require(ifMatch, ifNoneMatch, found);
        }
    }

    /**
     * Writes what the catalog reads.
     *
     * @param timeout for reading back what was written
     */
    public CatalogWriter(FencedHand hand, Catalog catalog, Clock clock, Duration timeout) {
        this.writer = new TableWriter<>(hand, catalog.table(), Topics.CATALOG, CatalogEntry::toJson, timeout);
        this.clock = clock;
    }

    /** Makes a change where the condition holds of what is there then. */
    <E extends CatalogEntry> CompletionStage<Outcome<CatalogEntry>> submit(
            String key, Class<E> kind, Condition condition, Decision<E> decision) {
        return writer.submit(key, found -> {
            condition.accept(found);
            return decision.on(row(found, kind));
        });
    }

    /** Writes it, and that they did so. */
    Change<CatalogEntry> put(CatalogEntry entry, Actor by, String action) {
        return new Change.Put<>(entry, audit(entry.key(), by, action));
    }

    /** Deletes what stands under a key, with other keys, and notes that they did so. */
    Change<CatalogEntry> remove(String key, List<String> besides, Actor by, String action) {
        return new Change.Remove<>(besides, audit(key, by, action));
    }

    private AuditEntry audit(String key, Actor by, String action) {
        return new AuditEntry(clock.millis(), action, key, by, Map.of(), Map.of(), null);
    }

    /** A row as one of its kind; null where it is of another, which no key leads to. */
    static <E extends CatalogEntry> @Nullable Row<E> row(@Nullable Row<CatalogEntry> row, Class<E> kind) {
        return row == null || !kind.isInstance(row.value()) ? null : new Row<>(kind.cast(row.value()), row.offset());
    }
}
