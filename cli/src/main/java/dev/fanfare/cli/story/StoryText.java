package dev.fanfare.cli.story;

import dev.fanfare.cli.output.Printable;
import dev.fanfare.cli.output.Style;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.delivery.Attempt;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;

/** A story for people: the event, then each delivery step by step, each step with where its record stands. */
final class StoryText {
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter().withZone(ZoneOffset.UTC);

    private final PrintWriter out;
    private final Style style;

    StoryText(Shell shell) {
        this.out = shell.out();
        this.style = Style.of(shell);
    }

    void print(Story story) {
        out.println(style.bold(Printable.line(story.eventId())) + "  " + Printable.line(story.state()));
        story.sightings().forEach(this::step);
        for (Story.DeliveryStory delivery : story.deliveries()) {
            out.println();
            out.println(style.bold(Printable.line(delivery.subscription())) + "  " + coloured(delivery) + "  "
                    + style.faint(Printable.line(delivery.deliveryId())));
            delivery.sightings().forEach(this::step);
        }
        out.flush();
    }

    private String coloured(Story.DeliveryStory delivery) {
        String detail = Printable.line(delivery.detail());
        return switch (delivery.state()) {
            case "delivered" -> style.good(detail);
            case "dead", "discarded" -> style.bad(detail);
            default -> detail;
        };
    }

    private void step(Sighting step) {
        out.println("  " + TIME.format(Instant.ofEpochMilli(step.atMillis())) + "  "
                + String.format(Locale.ROOT, "%-11s", name(step)) + "  " + Printable.line(words(step)) + "  "
                + style.faint(step.place()));
    }

    private static String name(Sighting step) {
        return switch (step.what()) {
            case ACCEPTED -> "accepted";
            case IN_LINE -> step.run() == null ? "in line" : "replayed";
            case ATTEMPTED -> "attempt";
            case WAITS -> "waits";
            case PARKED -> "parked";
            case DEAD -> "dead letter";
            case TAKEN_AWAY -> "taken away";
        };
    }

    private static String words(Sighting step) {
        Attempt attempt = step.attempt();
        if (attempt != null) {
            return attempt.attempt() + ": " + attempt.verdict()
                    + (attempt.status() == null ? "" : " " + attempt.status()) + " after " + attempt.durationMillis()
                    + " ms" + (attempt.error() == null ? "" : " (" + attempt.error() + ")");
        }
        return switch (step.what()) {
            case WAITS -> {
                Long delay = step.delayMillis();
                String put = step.about() == null ? "" : " (" + step.about() + ")";
                yield delay == null ? put.strip() : String.format(Locale.ROOT, "%.1f s", delay / 1_000.0) + put;
            }
            case PARKED, DEAD -> step.reason() + (step.about() == null ? "" : " (" + step.about() + ")");
            case ACCEPTED -> step.about() == null ? "" : step.about();
            case IN_LINE -> step.run() == null ? "" : "by run " + step.run();
            case ATTEMPTED, TAKEN_AWAY -> "";
        };
    }
}
