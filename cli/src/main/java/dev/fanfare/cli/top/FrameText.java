package dev.fanfare.cli.top;

import dev.fanfare.cli.output.Printable;
import dev.fanfare.cli.output.Style;
import dev.fanfare.cli.output.Table;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.cli.top.Moment.LaneLine;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A frame for people. Confined to one thread. */
final class FrameText {
    private final Shell shell;
    private final PrintWriter out;
    private final Style style;

    FrameText(Shell shell) {
        this.shell = shell;
        this.out = shell.out();
        this.style = Style.of(shell);
    }

    void print(Frame frame) {
        out.println(
                style.bold("fanfare top") + "  " + frame.at().substring(0, 19).replace('T', ' ') + " UTC   "
                        + frame.processes() + (frame.processes() == 1 ? " process" : " processes"));
        frame.troubles().forEach(trouble -> out.println(style.bad("! " + Printable.line(trouble))));
        out.println();
        Frame.Events events = frame.events();
        line(
                "events",
                rate(events.onTopic()) + " on the topic   " + rate(events.accepted()) + " by HTTP   "
                        + rate(events.rejected()) + " refused   " + rate(events.unmatched()) + " wanted by nobody");
        line("deliveries", rate(events.deliveries()) + " made" + lags(frame.lag()));
        attempts(frame);
        line(
                "in time",
                "accepted to delivered p50 " + millis(frame.latency().p50Millis()) + ", p99 "
                        + millis(frame.latency().p99Millis()));
        Frame.Queues queues = frame.queues();
        line(
                "backlog",
                number(queues.backlog()) + " due   " + number(queues.held()) + " in memory   "
                        + number(queues.inFlight()) + " under way   " + rate(queues.deferralsPerSecond())
                        + " put off   " + breakers(queues.breakersOpen()));
        line(
                "waiting",
                (frame.waiting().isEmpty()
                                ? "unknown: no retry process was asked (--from)"
                                : frame.waiting().entrySet().stream()
                                        .map(tier -> number(tier.getValue()) + " in " + tier.getKey())
                                        .collect(Collectors.joining("   ")))
                        + "   " + number(frame.parked()) + " parked");
        line("dead", dead(frame));
        lanes(frame);
        out.flush();
    }

    private void attempts(Frame frame) {
        Map<String, Double> attempts = frame.attempts();
        if (attempts == null) {
            line("attempts", "unknown: no dispatcher was asked (--from)");
            return;
        }
        double all = attempts.values().stream().mapToDouble(Double::doubleValue).sum();
        Double percent = frame.deliveredPercent();
        String delivered = percent == null ? "" : String.format(Locale.ROOT, "   %.1f %% delivered", percent);
        if (percent != null && percent < 95) {
            delivered = style.bad(delivered);
        }
        line(
                "attempts",
                rate(all) + delivered + "   p50 "
                        + millis(frame.attemptDuration().p50Millis()) + ", p99 "
                        + millis(frame.attemptDuration().p99Millis()));
        String others = attempts.entrySet().stream()
                .filter(verdict -> !verdict.getKey().equals("delivered"))
                .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()))
                .map(verdict -> verdict.getKey() + " " + rate(verdict.getValue()))
                .collect(Collectors.joining("   "));
        if (!others.isEmpty()) {
            line("", others);
        }
    }

    private String breakers(long open) {
        String text = number(open) + (open == 1 ? " breaker open" : " breakers open");
        return open > 0 ? style.bad(text) : text;
    }

    private static String lags(Map<String, Long> lags) {
        return lags.isEmpty()
                ? ""
                : lags.entrySet().stream()
                        .map(lag -> number(lag.getValue()) + " behind on " + lag.getKey())
                        .collect(Collectors.joining(", ", "   ", ""));
    }

    private String dead(Frame frame) {
        Map<String, Long> letters = frame.deadLetters();
        if (letters == null) {
            return "unknown: no retry process was asked (--from)";
        }
        long all = letters.values().stream().mapToLong(Long::longValue).sum();
        if (all == 0) {
            return "none outstanding";
        }
        String reasons = letters.entrySet().stream()
                .map(reason -> reason.getKey() + " " + number(reason.getValue()))
                .collect(Collectors.joining(", "));
        String age =
                frame.oldestDeadLetterSeconds() > 0 ? "   the oldest " + span(frame.oldestDeadLetterSeconds()) : "";
        return style.bad(number(all) + " outstanding") + " (" + reasons + ")   " + rate(frame.deadLettersPerSecond())
                + " more" + age;
    }

    private void lanes(Frame frame) {
        if (frame.attempts() == null) {
            return;
        }
        out.println();
        if (frame.lanes().isEmpty()) {
            out.println(style.faint("no lane holds anything"));
            return;
        }
        Table table = new Table("LANE", "QUEUED", "UNDER WAY", "CAP", "BREAKER");
        table.alignRight(1);
        table.alignRight(2);
        table.alignRight(3);
        for (LaneLine lane : frame.lanes()) {
            table.add(
                    lane.subscription(),
                    number(lane.queued()),
                    lane.inFlight(),
                    lane.cap(),
                    !lane.broken()
                            ? "closed"
                            : lane.restLeftMillis() > 0
                                    ? "open, asks again in " + span(1 + lane.restLeftMillis() / 1_000)
                                    : "open, asking");
        }
        table.print(shell);
    }

    private void line(String name, String text) {
        out.println(String.format(Locale.ROOT, "%-12s", name) + text);
    }

    private static String rate(double perSecond) {
        return String.format(Locale.ROOT, perSecond > 0 && perSecond < 10 ? "%.1f/s" : "%,.0f/s", perSecond);
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String millis(@Nullable Double millis) {
        if (millis == null) {
            return "-";
        }
        return millis < 10_000
                ? String.format(Locale.ROOT, millis < 10 ? "%.1f ms" : "%.0f ms", millis)
                : span(Math.round(millis / 1_000));
    }

    private static String span(long seconds) {
        if (seconds < 120) {
            return seconds + " s";
        }
        long minutes = seconds / 60;
        return minutes < 120 ? minutes + " min" : minutes < 2_880 ? minutes / 60 + " h" : minutes / 1_440 + " d";
    }
}
