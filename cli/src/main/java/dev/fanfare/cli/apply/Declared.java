package dev.fanfare.cli.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * One object as a file declares it.
 *
 * @param name   the subscription's id, or the event type's name
 * @param fields what is said of it, without its kind and name
 * @param place  where it stands, for errors: {@code billing.yaml, document 2}
 */
record Declared(Kind kind, String name, ObjectNode fields, String place) {
    /** What can be declared, in the order in which it is applied. */
    enum Kind {
        EVENT_TYPE("event-type", "name", "/event-types"),
        SUBSCRIPTION("subscription", "id", "/subscriptions");

        private final String text;
        private final String nameField;
        private final String path;

        Kind(String text, String nameField, String path) {
            this.text = text;
            this.nameField = nameField;
            this.path = path;
        }

        /** As files have it. */
        String text() {
            return text;
        }

        /** The field that names one. */
        String nameField() {
            return nameField;
        }

        /** Where they are, under the tenant. */
        String path() {
            return path;
        }
    }

    /** For people: {@code subscription billing}. */
    String title() {
        return kind.text() + " " + name;
    }
}
