package dev.fanfare.control.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.subscription.Subscription;
import io.vertx.core.MultiMap;
import java.util.Arrays;
import java.util.List;

/**
 * What a subscription's form holds, as it was typed. It becomes the body that the API takes, and is checked as that.
 *
 * @param types one after the other, with commas or spaces between
 */
public record SubscriptionForm(String id, String url, String types, String description) {
    static final SubscriptionForm EMPTY = new SubscriptionForm("", "", "", "");

    static SubscriptionForm of(MultiMap fields) {
        return new SubscriptionForm(
                field(fields, "id"), field(fields, "url"), field(fields, "types"), field(fields, "description"));
    }

    /** As a subscription is now. */
    static SubscriptionForm of(Subscription subscription) {
        return new SubscriptionForm(
                subscription.id(),
                subscription.url().toString(),
                String.join(", ", subscription.eventTypes()),
                subscription.description() == null ? "" : subscription.description());
    }

    /** Whether something was typed. */
    public boolean isBegun() {
        return !(id.isEmpty() && url.isEmpty() && types.isEmpty() && description.isEmpty());
    }

    /** What creates a subscription: without an id where none was typed, of all types where none were. */
    ObjectNode creation() {
        ObjectNode body = change();
        if (!id.isEmpty()) {
            body.put("id", id);
        }
        if (description.isEmpty()) {
            body.remove("description");
        }
        return body;
    }

    /** What changes one: a merge patch. */
    ObjectNode change() {
        ObjectNode body = Json.TOPIC.createObjectNode().put("url", url);
        List<String> listed = Arrays.stream(types.replace(',', ' ').split(" ", -1))
                .filter(type -> !type.isBlank())
                .map(String::strip)
                .toList();
        body.set("eventTypes", Json.TOPIC.valueToTree(listed.isEmpty() ? List.of("*") : listed));
        return description.isEmpty() ? body.putNull("description") : body.put("description", description);
    }

    private static String field(MultiMap fields, String name) {
        String text = ConsoleActions.text(fields, name);
        return text == null ? "" : text;
    }
}
