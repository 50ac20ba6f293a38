package dev.fanfare.cli.deadletters;

import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.PastTime;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.retry.dead.DeadLetterFilter;
import dev.fanfare.runtime.config.Suggestion;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which dead letters are meant: all that is given must hold. */
public final class FilterOptions {
    private static final List<String> REASONS = Arrays.stream(Verdict.values())
            .filter(Verdict::isDeadLetter)
            .map(Verdict::text)
            .toList();

    @Option(names = "--tenant", paramLabel = "TENANT", description = "Only of this tenant.")
    private @Nullable String tenant;

    @Option(names = "--subscription", paramLabel = "ID", description = "Only of this subscription.")
    private @Nullable String subscription;

    @Option(names = "--type", paramLabel = "TYPE", description = "Only of this event type.")
    private @Nullable String eventType;

    @Option(
            names = "--reason",
            paramLabel = "REASON",
            description = "Only these: exhausted, rejected, gone, expired, forbidden or undecodable.")
    private @Nullable String reason;

    @Option(names = "--status", paramLabel = "STATUS", description = "Only with this last HTTP status.")
    private @Nullable Integer status;

    @Option(names = "--since", paramLabel = "WHEN", description = "Died from then on: 10m, 2d or 2026-11-21T12:00:00Z.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "WHEN", description = "Died before then.")
    private @Nullable String until;

    @Option(names = "--error", paramLabel = "TEXT", description = "With this in the error, whatever the case.")
    private @Nullable String error;

    /** As a filter, of these ids if there are any. */
    DeadLetterFilter filter(Collection<String> ids, Instant now) {
        if (reason != null && !REASONS.contains(reason)) {
            throw CommandFailure.usage("--reason: '" + reason + "' is none of " + String.join(", ", REASONS)
                    + Suggestion.among(REASONS, reason));
        }
        return new DeadLetterFilter(
                Set.copyOf(ids),
                tenant,
                subscription,
                eventType,
                reason,
                status,
                since == null ? null : PastTime.parse(since, "--since", now),
                until == null ? null : PastTime.parse(until, "--until", now),
                error);
    }

    /** Whether nothing at all is given. */
    boolean isEmpty() {
        return filter(List.of(), Instant.EPOCH).equals(DeadLetterFilter.ALL);
    }
}
