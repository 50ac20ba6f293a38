package dev.fanfare.runtime.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** A YAML file as flat keys: nested names joined by dots, lists by commas. */
final class YamlFile {
    private YamlFile() {}

    static Map<String, String> read(Path file) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try (Reader reader = Files.newBufferedReader(file)) {
            Object tree = new Yaml(new SafeConstructor(options)).load(reader);
            Map<String, String> flat = new HashMap<>();
            if (tree != null && !(tree instanceof Map)) {
                throw new InvalidSettings(
                        List.of(file + ": must hold keys and values, such as 'http: { port: 8080 }'"));
            }
            flatten("", tree, flat);
            return flat;
        } catch (NoSuchFileException e) {
            throw new InvalidSettings(List.of(file + ": there is no such file"));
        } catch (AccessDeniedException e) {
            throw new InvalidSettings(
                    List.of(file + ": this user may not read it: see the rights of the file and of its folders"));
        } catch (IOException e) {
            throw new InvalidSettings(List.of(file + ": can't be read: " + e.getMessage()));
        } catch (YAMLException e) {
            throw new InvalidSettings(List.of(file + ": is not valid YAML: " + e.getMessage()));
        }
    }

    private static void flatten(String prefix, @Nullable Object node, Map<String, String> flat) {
        if (node instanceof Map<?, ?> map) {
            map.forEach((key, value) -> flatten(prefix.isEmpty() ? "" + key : prefix + "." + key, value, flat));
        } else if (node instanceof List<?> list) {
            flat.put(prefix, list.stream().map(YamlFile::element).collect(Collectors.joining(",")));
        } else if (node != null) {
            flat.put(prefix, node.toString());
        }
    }

    /** With what splits a list escaped, so that an element may hold a comma. */
    private static String element(@Nullable Object element) {
        return String.valueOf(element).replace("\\", "\\\\").replace(",", "\\,");
    }
}
