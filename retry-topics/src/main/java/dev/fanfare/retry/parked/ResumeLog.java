package dev.fanfare.retry.parked;

import dev.fanfare.retry.parked.ParkedIndex.Place;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells how each resume goes: that it has begun, every ten seconds how far it is, and when it is over. One thread. */
final class ResumeLog {
    private static final Logger LOG = LoggerFactory.getLogger(ResumeLog.class);
    private static final long REMIND_MILLIS = Duration.ofSeconds(10).toMillis();

    private static final class Resume {
        private long sentBack;
        private long toldAtMillis;
    }

    private final LongSupplier ticks;
    private final Map<String, Resume> underWay = new HashMap<>();

    /** With milliseconds that never jump. */
    ResumeLog(LongSupplier ticks) {
        this.ticks = ticks;
    }

    void sentBack(List<Place> places) {
        long now = ticks.getAsLong();
        for (Place place : places) {
            String key = place.owner().key();
            Resume resume = underWay.get(key);
            if (resume == null) {
                resume = new Resume();
                resume.toldAtMillis = now;
                underWay.put(key, resume);
                LOG.info("parked deliveries go back subscription={}", key);
            }
            resume.sentBack++;
        }
    }

    boolean isIdle() {
        return underWay.isEmpty();
    }

    /** Is told who has more to send back. */
    void look(Set<String> haveMore) {
        long now = ticks.getAsLong();
        underWay.entrySet().removeIf(entry -> {
            Resume resume = entry.getValue();
            if (!haveMore.contains(entry.getKey())) {
                LOG.info("parked deliveries are back subscription={} sentBack={}", entry.getKey(), resume.sentBack);
                return true;
            }
            if (now - resume.toldAtMillis >= REMIND_MILLIS) {
                resume.toldAtMillis = now;
                LOG.info("parked deliveries go back subscription={} sentBack={}", entry.getKey(), resume.sentBack);
            }
            return false;
        });
    }
}
