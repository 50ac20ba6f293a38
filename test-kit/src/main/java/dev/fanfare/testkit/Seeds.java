package dev.fanfare.testkit;

import java.security.SecureRandom;
import java.util.Random;

/**
 * Where a random test takes its randomness from, so that a failure can be repeated. The seed is fresh for each test,
 * unless the system property {@value #PROPERTY} names one.
 *
 * <pre>{@code
 * @WithSeeds
 * class LedgerTest {
 *     @Test
 *     void survivesAnyOrder(Seeds seeds) {
 *         Random order = seeds.random("order"); // "seed=…; repeat with -Dfanfare.seed=…" stands in the failure
 *     }
 * }
 * }</pre>
 *
 * Immutable; the generators it gives are the caller's.
 *
 * @param seed names everything that is drawn from it
 */
public record Seeds(long seed) {

    /** Set it to a failure's seed to see that failure again. */
    public static final String PROPERTY = "fanfare.seed";

    private static final SecureRandom FRESH = new SecureRandom();

    /** From the system property, or fresh. */
    public static Seeds fromPropertyOrFresh() {
        Long named = Long.getLong(PROPERTY);
        return new Seeds(named == null ? FRESH.nextInt(Integer.MAX_VALUE) : named);
    }

    /** A generator of its own for each purpose: drawing more for one does not change another. */
    public Random random(String purpose) {
        return new Random(seed * 31 + purpose.hashCode());
    }

    /** How to see the same again. */
    public String howToRepeat() {
        return "seed=" + seed + "; repeat with -D" + PROPERTY + "=" + seed;
    }
}
