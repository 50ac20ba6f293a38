package dev.fanfare.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a limit lets in, and what it gives back. */
class LimitTest {
    @ParameterizedTest
    @CsvSource({
        "DAY,   2026-11-22T20:00:00Z,     2026-11-23T00:00:00Z, 86400",
        "DAY,   2026-12-31T23:59:59.999Z, 2027-01-01T00:00:00Z, 86400",
        "DAY,   2026-11-23T00:00:00Z,     2026-11-24T00:00:00Z, 86400",
        "MONTH, 2026-11-22T20:00:00Z,     2026-12-01T00:00:00Z, 2592000",
        "MONTH, 2026-12-31T23:59:59.999Z, 2027-01-01T00:00:00Z, 2678400",
        "MONTH, 2028-02-29T12:00:00Z,     2028-03-01T00:00:00Z, 2505600"
    })
    void periodsEndAtMidnightInUtc(Period period, Instant now, Instant end, long seconds) {
        assertThat(Instant.ofEpochMilli(period.endMillis(now.toEpochMilli()))).isEqualTo(end);
        assertThat(period.lengthSeconds(end.toEpochMilli())).isEqualTo(seconds);
    }

    @Test
    void aQuotaIsNeverExceededHoweverManyTakeAtOnce() {
        QuotaCount count = new QuotaCount(1);
        long taken = IntStream.range(0, 100_000)
                .parallel()
                .filter(i -> count.take(1 + i % 3, 1_001))
                .mapToLong(i -> 1 + i % 3)
                .sum();
        assertThat(taken).isLessThanOrEqualTo(1_001).isGreaterThan(1_001 - 3);
        assertThat(count.left(1_001)).isEqualTo(1_001 - taken);
    }

    @Test
    void aQuotaHasRoomAgainForWhatWasNotAccepted() {
        Limit quota = new Limit.Quota(Limit.TENANT, Period.DAY, 5, new QuotaCount(10_000), 1_000);
        assertThat(quota.charge(4)).isTrue();
        assertThat(quota.charge(2)).isFalse();
        assertThat(quota.admit()).isZero();
        quota.refund(4);
        assertThat(quota.charge(5)).isTrue();
        assertThat(quota.admit()).isEqualTo(9);
        assertThat(quota.left()).isZero();
    }

    @Test
    void aQuotaThatWasLoweredBelowWhatIsTakenLetsNobodyIn() {
        QuotaCount count = new QuotaCount(10_000);
        assertThat(new Limit.Quota(Limit.TENANT, Period.DAY, 5, count, 1_000).charge(5))
                .isTrue();
        Limit lowered = new Limit.Quota(Limit.TENANT, Period.DAY, 2, count, 1_000);
        assertThat(lowered.left()).isZero();
        assertThat(lowered.admit()).isPositive();
        assertThat(lowered.charge(1)).isFalse();
    }

    @Test
    void aRateThatAnotherLimitRefusedForHasLostNothing() {
        Limit rate = new Limit.Rate("key", 2, new TokenBucket(0), 0);
        assertThat(rate.admit()).isZero();
        rate.leave();
        assertThat(rate.left()).isEqualTo(2);
        assertThat(rate.admit()).isZero();
        assertThat(rate.admit()).isZero();
        assertThat(rate.admit()).isEqualTo(1);
    }
}
