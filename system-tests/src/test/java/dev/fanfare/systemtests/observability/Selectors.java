package dev.fanfare.systemtests.observability;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a PromQL expression selects. Not a parser: promtool is that. */
final class Selectors {
    private static final Pattern BRACES = Pattern.compile("\\{([^}]*)}");
    private static final Pattern NAME = Pattern.compile(
            "(?<![\\w:\"$.])(?:fanfare|kafka|jvm|process|system|http|netty)(?:_[a-z0-9]+)+(?![\\w:\"(])");
    private static final Pattern RECORDED = Pattern.compile("\\bjob(?:_[a-z]+)?:fanfare_[a-z0-9_]+:[a-z0-9_]+");

    private Selectors() {}

    /** Puts conditions into each pair of braces, before what is there. */
    static String withConditions(String expression, String conditions) {
        return BRACES.matcher(expression)
                .replaceAll(braces -> Matcher.quoteReplacement(
                        "{" + conditions + (braces.group(1).isEmpty() ? "" : ", " + braces.group(1)) + "}"));
    }

    /** The metrics of ours that a text names, as Prometheus writes them. */
    static Set<String> metrics(String text) {
        return found(NAME, text);
    }

    /** The series of our recording rules that a text names. */
    static Set<String> recorded(String text) {
        return found(RECORDED, text);
    }

    private static Set<String> found(Pattern pattern, String text) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            names.add(matcher.group());
        }
        return names;
    }
}
