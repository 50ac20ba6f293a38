package dev.fanfare.control.http;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Predicate;

/** Where the next page of a list begins: the name of the last object before it. */
public final class Cursor {
    private Cursor() {}

    /** After an object. */
    public static String after(String name) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(name.getBytes(StandardCharsets.UTF_8));
    }

    /** The name in the parameter {@code cursor}; empty where it is absent, or a fault is noted. */
    public static String read(Query query, Predicate<String> isName) {
        String cursor = query.text("cursor");
        if (cursor == null) {
            return "";
        }
        try {
            String name = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            if (isName.test(name)) {
                return name;
            }
        } catch (IllegalArgumentException e) {
            // told below, like a cursor that holds no name
        }
        query.fault("cursor", "is not one that was answered as nextCursor: start again without it");
        return "";
    }
}
