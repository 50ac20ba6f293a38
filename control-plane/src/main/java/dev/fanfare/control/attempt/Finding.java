package dev.fanfare.control.attempt;

import dev.fanfare.contract.delivery.Attempt;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/** One page in the making. Confined to one thread, used once. */
final class Finding {
    /** So many are looked at for one page; where a filter lets fewer through, the page is short and goes on elsewhere. */
    static final int MOST_LOOKED_AT = 200_000;

    private final AttemptStore store;
    private final AttemptQuery query;
    private final int limit;
    private final AttemptList list;
    private final List<Attempt> found = new ArrayList<>();
    private int lookedAt;
    private @Nullable Place last;
    private boolean more;

    /** In a list that has all that is meant. */
    Finding(AttemptStore store, AttemptQuery query, AttemptList list, int limit) {
        this.store = store;
        this.query = query;
        this.limit = limit;
        this.list = list;
    }

    /** Those behind a place; null: from the newest on. */
    AttemptPage from(@Nullable Place after) {
        store.walk(
                list.prefix(query),
                after,
                Objects.requireNonNullElse(query.sinceMillis(), 0L),
                Objects.requireNonNullElse(query.untilMillis(), Long.MAX_VALUE),
                this::take);
        return new AttemptPage(found, more && last != null ? last.text() : null);
    }

    private boolean take(Place place, byte[] value) throws RocksDBException {
        if (found.size() == limit || lookedAt == MOST_LOOKED_AT) {
            more = true;
            return false;
        }
        lookedAt++;
        last = place;
        if (!Head.read(value).suits(query)) {
            return true;
        }
        byte[] json = list == AttemptList.TENANT ? AttemptStore.json(value) : store.json(query.tenant(), place);
        if (json != null) {
            Attempt attempt = AttemptStore.attempt(json);
            if (query.matches(attempt)) { // two owners may have the same hash
                found.add(attempt);
            }
        }
        return true;
    }
}
