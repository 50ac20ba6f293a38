package dev.fanfare.control.console;

import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.run.Run;
import dev.fanfare.control.deadletter.DeadLetterDesk.Outstanding;
import dev.fanfare.retry.dead.DeadLetter;
import dev.fanfare.retry.dead.DeadLetterFilter;
import dev.fanfare.retry.dead.Outcome;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the page of dead letters shows.
 *
 * @param letters the newest that match
 * @param count   how many match
 * @param reasons that there are
 * @param runs    the latest replays and discards
 */
public record DeadLetterPage(
        DeadLetterFilter filter, List<Letter> letters, long count, List<String> reasons, List<Moved> runs) {
    static final int MOST = 100;

    private static final int MOST_RUNS = 5;

    /** One dead letter. */
    public record Letter(
            String id,
            String died,
            String subscription,
            String eventType,
            String eventId,
            String reason,
            String status,
            int attempts,
            String error) {}

    /** A replay or discard. */
    public record Moved(String what, String state, String tone, String text) {}

    /**
     * Puts the page's content together.
     *
     * @param withNames whether it tells who began runs, as the audit does: it names operators and their machines
     */
    static DeadLetterPage of(
            String tenant,
            DeadLetterFilter filter,
            Outstanding outstanding,
            Stream<Run> runs,
            boolean withNames,
            long nowMillis) {
        return new DeadLetterPage(
                filter,
                outstanding.newest().stream()
                        .map(letter -> letter(letter, nowMillis))
                        .toList(),
                outstanding.count(),
                Arrays.stream(Verdict.values())
                        .filter(Verdict::isDeadLetter)
                        .map(Verdict::text)
                        .toList(),
                runs.filter(run -> run.kind().startsWith(Run.DLQ))
                        .filter(run -> tenant.equals(run.filter().get("tenant")))
                        .sorted(Comparator.comparing(Run::id).reversed())
                        .limit(MOST_RUNS)
                        .map(run -> moved(run, withNames, nowMillis))
                        .toList());
    }

    private static Letter letter(DeadLetter letter, long nowMillis) {
        return new Letter(
                letter.id(),
                Display.time(letter.diedAt().toEpochMilli(), nowMillis),
                text(letter.subscription()),
                text(letter.eventType()),
                text(letter.eventId()),
                text(letter.reason()),
                letter.status() == null ? "–" : letter.status().toString(),
                letter.attempts(),
                text(letter.error()));
    }

    private static Moved moved(Run run, boolean withNames, long nowMillis) {
        boolean replay = run.kind().equals(Run.DLQ_REPLAY);
        return new Moved(
                replay ? "Replay" : run.kind().equals(Run.DLQ_DISCARD) ? "Discard" : "Import",
                run.state().text(),
                Display.tone(run.state()),
                String.format(
                        Locale.ROOT,
                        "%s%s: %,d %s%s",
                        Display.time(run.startedAtMillis(), nowMillis),
                        withNames ? ", by " + run.startedBy().text() : "",
                        run.count(Outcome.MOVED),
                        replay ? "sent again" : "moved",
                        run.error() == null ? "" : "; " + run.error()));
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }
}
