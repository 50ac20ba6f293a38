package dev.fanfare.dispatcher.outcome;

import dev.fanfare.contract.delivery.Verdict;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an answer means by itself, before the schedule has its say.
 *
 * @param verdict    delivered, gone, rejected, forbidden or retry
 * @param status     where the endpoint answered
 * @param error      in words; null where it was delivered
 * @param retryAfter how long the endpoint asked us to wait
 */
public record Ruling(
        Verdict verdict,
        @Nullable Integer status,
        @Nullable String error,
        @Nullable Duration retryAfter,
        @Nullable String excerpt) {}
