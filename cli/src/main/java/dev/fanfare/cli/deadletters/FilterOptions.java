package dev.fanfare.cli.deadletters;

import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.PastTime;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.problem.Suggestion;
import dev.fanfare.retry.dead.DeadLetterFilter;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which dead letters are meant: all that is given must hold. */
public final class FilterOptions {
    private static final List<String> REASONS = Arrays.stream(Verdict.values())
            .filter(Verdict::isDeadLetter)
            .map(Verdict::text)
            .toList();

    /** Where {@link #asMap} keeps what was typed. */
    static final String ASKED = "asked";

    private static final String IDS = "ids";

    @Option(names = "--tenant", paramLabel = "TENANT", description = "Only of this tenant.")
    private @Nullable String tenant;

    @Option(names = "--subscription", paramLabel = "ID", description = "Only of this subscription.")
    private @Nullable String subscription;

    @Option(names = "--type", paramLabel = "TYPE", description = "Only of this event type.")
    private @Nullable String eventType;

    @Option(
            names = "--reason",
            paramLabel = "REASON",
            description = "Only what died of this: exhausted, rejected, gone, expired, forbidden, undecodable,"
                    + " invalid or too-large.")
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
        return fromMap(asMap(ids, now));
    }

    /**
     * As a run writes it down: by the names of the options, moments as they are now, and under {@link #ASKED} what was
     * typed, by which the same command is known again.
     */
    Map<String, String> asMap(Collection<String> ids, Instant now) {
        if (reason != null && !REASONS.contains(reason)) {
            throw CommandFailure.usage("--reason: '" + reason + "' is none of " + String.join(", ", REASONS)
                    + Suggestion.among(REASONS, reason)
                    + " (It filters by why they died; why you do something is --because.)");
        }
        Map<String, String> asked = new TreeMap<>();
        put(asked, "tenant", tenant);
        put(asked, "subscription", subscription);
        put(asked, "type", eventType);
        put(asked, "reason", reason);
        put(asked, "status", status);
        put(asked, "since", since);
        put(asked, "until", until);
        put(asked, "error", error);
        put(asked, IDS, ids.isEmpty() ? null : String.join(" ", new TreeSet<>(ids)));
        Map<String, String> map = new TreeMap<>(asked);
        if (since != null) {
            map.put("since", PastTime.parse(since, "--since", now).toString());
        }
        if (until != null) {
            map.put("until", PastTime.parse(until, "--until", now).toString());
        }
        map.put(ASKED, asked.isEmpty() ? "all" : asked.toString());
        return map;
    }

    /** Reads {@link #asMap}. */
    static DeadLetterFilter fromMap(Map<String, String> map) {
        String ids = map.get(IDS);
        String status = map.get("status");
        return new DeadLetterFilter(
                ids == null ? Set.of() : Set.of(ids.split(" ")),
                map.get("tenant"),
                map.get("subscription"),
                map.get("type"),
                map.get("reason"),
                status == null ? null : Integer.valueOf(status),
                moment(map.get("since")),
                moment(map.get("until")),
                map.get("error"));
    }

    private static @Nullable Instant moment(@Nullable String text) {
        return text == null ? null : Instant.parse(text);
    }

    private static void put(Map<String, String> map, String name, @Nullable Object value) {
        if (value != null) {
            map.put(name, value.toString());
        }
    }

    /** Whether nothing at all is given. */
    boolean isEmpty() {
        return filter(List.of(), Instant.EPOCH).equals(DeadLetterFilter.ALL);
    }
}
