package dev.fanfare.control.http;

import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The page that a request wants of a list sorted by name: {@code ?limit=…&cursor=…}. A cursor holds the name of the last
 * object before the page.
 *
 * @param limit how many at most
 * @param after the name; empty for the first page
 */
public record Paging(int limit, String after) {
    private static final int USUAL_LIMIT = 100;
    private static final int MOST = 500;

    /** One page; {@code nextCursor} is null on the last. */
    public record Page<V>(List<V> items, @Nullable String nextCursor) {}

    /**
     * As the request says.
     *
     * @param isName whether a text may be a name in this list
     * @throws dev.fanfare.contract.problem.ProblemException 400 where it can't be read, or asks for more than a page
     */
    public static Paging of(RoutingContext context, Predicate<String> isName) {
        Query query = new Query(context, Set.of("limit", "cursor"));
        int limit = query.limit(USUAL_LIMIT, MOST);
        String after = after(query, isName);
        query.check();
        return new Paging(limit, after);
    }

    private static String after(Query query, Predicate<String> isName) {
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

    /** How many to look for behind {@link #after}: one more than fits, which tells whether there are more. */
    public int wanted() {
        return limit + 1;
    }

    /** The page of what was found. */
    public <T, V> Page<V> page(List<T> found, Function<T, String> name, Function<T, V> view) {
        String next = found.size() > limit ? cursor(name.apply(found.get(limit - 1))) : null;
        return new Page<>(found.stream().limit(limit).map(view).toList(), next);
    }

    private static String cursor(String name) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(name.getBytes(StandardCharsets.UTF_8));
    }
}
