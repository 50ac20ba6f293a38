package dev.fanfare.contract;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The moment in an id that begins with one: a UUID of version 7 (RFC 9562, section 5.7), or a ULID. */
public final class IdTime {
    private static final String BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int ULID_LENGTH = 26;
    private static final int ULID_TIME_LENGTH = 10;
    /** Before it nobody minted such ids: what looks like one is something else. */
    private static final long EARLIEST = Instant.parse("2015-01-01T00:00:00Z").toEpochMilli();

    private static final long LATEST = Instant.parse("2100-01-01T00:00:00Z").toEpochMilli();

    private IdTime() {}

    /** In Unix milliseconds, by the clock of whoever minted it; null where the id holds none. */
    public static @Nullable Long millis(String id) {
        Long millis = id.length() == ULID_LENGTH ? ofUlid(id) : ofUuid(id);
        return millis == null || millis < EARLIEST || millis > LATEST ? null : millis;
    }

    private static @Nullable Long ofUuid(String id) {
        try {
            UUID uuid = UUID.fromString(id);
            return uuid.version() == 7 ? uuid.getMostSignificantBits() >>> 16 : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable Long ofUlid(String id) {
        long millis = 0;
        for (int i = 0; i < ULID_LENGTH; i++) {
            int digit = BASE32.indexOf(Character.toUpperCase(id.charAt(i)));
            if (digit < 0) {
                return null;
            }
            millis = i < ULID_TIME_LENGTH ? millis << 5 | digit : millis;
        }
        return millis;
    }
}
