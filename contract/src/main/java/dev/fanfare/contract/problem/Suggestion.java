package dev.fanfare.contract.problem;

import java.util.Collection;

/** "Did you mean": the nearest known word, if one is near. */
public final class Suggestion {
    private Suggestion() {}

    /** {@code ". Did you mean 'x'?"}, or nothing where no word is near. */
    public static String among(Collection<String> words, String given) {
        String nearest = "";
        int least = Math.max(2, given.length() / 4) + 1;
        for (String word : words) {
            int distance = distance(word, given);
            if (distance < least || (distance == least && !nearest.isEmpty() && word.compareTo(nearest) < 0)) {
                least = distance;
                nearest = word;
            }
        }
        return nearest.isEmpty() ? "" : ". Did you mean '" + nearest + "'?";
    }

    /** Levenshtein's distance, one row at a time. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? diagonal : diagonal + 1;
                row[j] = Math.min(change, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
