package dev.fanfare.contract.event;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of an event, in the order they came in. They are few, so names are found by looking at one after the
 * other: a hash table would take several times the memory, and each event has one. Immutable.
 */
public final class Attributes extends AbstractMap<String, String> {
    /** Name, value, name, value, and so on. */
    private final String[] texts;

    private Attributes(String[] texts) {
        this.texts = texts;
    }

    /** The same as the map has now. */
    public static Attributes of(Map<String, String> map) {
        return map instanceof Attributes attributes
                ? attributes
                : new Builder(map.size()).addAll(map).build();
    }

    /** These, to be changed. */
    public Builder change() {
        return new Builder(texts);
    }

    /** How many characters names and values have in all. */
    public long characters() {
        long characters = 0;
        for (String text : texts) {
            characters += text.length();
        }
        return characters;
    }

    @Override
    public @Nullable String get(@Nullable Object name) {
        int at = find(texts, texts.length, name);
        return at < 0 ? null : texts[at + 1];
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return find(texts, texts.length, name) >= 0;
    }

    @Override
    public int size() {
        return texts.length / 2;
    }

    @Override
    public void forEach(BiConsumer<? super String, ? super String> action) {
        for (int i = 0; i < texts.length; i += 2) {
            action.accept(texts[i], texts[i + 1]);
        }
    }

    @Override
    public Set<Entry<String, String>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return Attributes.this.size();
            }

            @Override
            public Iterator<Entry<String, String>> iterator() {
                return new Entries(texts);
            }
        };
    }

    /** -1 where there is none of that name. */
    private static int find(String[] texts, int length, @Nullable Object name) {
        for (int i = 0; i < length; i += 2) {
            if (texts[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private static final class Entries implements Iterator<Entry<String, String>> {
        private final String[] texts;
        private int next;

        Entries(String[] texts) {
            this.texts = texts;
        }

        @Override
        public boolean hasNext() {
            return next < texts.length;
        }

        @Override
        public Entry<String, String> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            next += 2;
            return Map.entry(texts[next - 2], texts[next - 1]);
        }
    }

    /** Attributes that are being put together. Confined to one thread. */
    public static final class Builder {
        private static final int USUAL = 8;

        private String[] texts;
        private int length;

        /** Without any yet. */
        public Builder() {
            this(USUAL);
        }

        private Builder(int size) {
            this.texts = new String[2 * size];
        }

        private Builder(String[] texts) {
            this.texts = Arrays.copyOf(texts, Math.max(2 * USUAL, texts.length));
            this.length = texts.length;
        }

        /** The value of that name; null where there is none. */
        public @Nullable String get(String name) {
            int at = find(texts, length, name);
            return at < 0 ? null : texts[at + 1];
        }

        /** Adds one whose name is not among them; nobody looks. */
        public Builder add(String name, String value) {
            if (length == texts.length) {
                texts = Arrays.copyOf(texts, Math.max(2 * USUAL, 2 * length));
            }
            texts[length] = Objects.requireNonNull(name);
            texts[length + 1] = Objects.requireNonNull(value);
            length += 2;
            return this;
        }

        /** Sets one, in the place of the one of that name if there is one. */
        public Builder set(String name, String value) {
            int at = find(texts, length, name);
            if (at < 0) {
                return add(name, value);
            }
            texts[at + 1] = Objects.requireNonNull(value);
            return this;
        }

        /** Adds one, unless there is one of that name. */
        public Builder addIfMissing(String name, String value) {
            return find(texts, length, name) < 0 ? add(name, value) : this;
        }

        /** Takes one out; null where there is none of that name. */
        public @Nullable String remove(String name) {
            int at = find(texts, length, name);
            if (at < 0) {
                return null;
            }
            String value = texts[at + 1];
            System.arraycopy(texts, at + 2, texts, at, length - at - 2);
            length -= 2;
            return value;
        }

        private Builder addAll(Map<String, String> map) {
            map.forEach(this::add);
            return this;
        }

        /** What there is now; the builder may go on. */
        public Attributes build() {
            return new Attributes(Arrays.copyOf(texts, length));
        }
    }
}
