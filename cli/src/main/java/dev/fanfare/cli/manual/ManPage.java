package dev.fanfare.cli.manual;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A manual page in roff (man(7)), of one command. Pure. */
final class ManPage {
    private ManPage() {}

    /** The page's name: {@code fanfare-dlq-replay}. */
    static String name(CommandSpec spec) {
        return spec.qualifiedName("-");
    }

    static String of(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        String[] description = spec.usageMessage().description();
        String[] header = spec.usageMessage().header();
        String summary = description.length > 0 ? description[0] : header.length > 0 ? header[0] : "";
        StringBuilder page = new StringBuilder();
        page.append(".TH \"").append(name(spec).toUpperCase(Locale.ROOT)).append("\" 1 \"\" \"Fanfare\"\n");
        page.append(".SH NAME\n")
                .append(name(spec))
                .append(" \\- ")
                .append(text(summary))
                .append('\n');
        page.append(".SH SYNOPSIS\n.B ").append(spec.qualifiedName()).append('\n');
        page.append(spec.subcommands().isEmpty() ? "[OPTION…]" : "COMMAND [OPTION…]");
        spec.positionalParameters().forEach(parameter -> page.append(' ').append(text(label(parameter))));
        page.append('\n');
        if (description.length > 0) {
            page.append(".SH DESCRIPTION\n");
            Arrays.stream(description).forEach(line -> page.append(text(line)).append("\n.PP\n"));
        }
        arguments(spec, page);
        options(spec, page);
        if (!spec.subcommands().isEmpty()) {
            page.append(".SH COMMANDS\n");
            spec.subcommands()
                    .forEach((name, sub) ->
                            item(page, name, sub.getCommandSpec().usageMessage().description()));
        }
        if (!spec.usageMessage().exitCodeList().isEmpty()) {
            page.append(".SH EXIT STATUS\n");
            spec.usageMessage().exitCodeList().forEach((code, what) -> item(page, code, new String[] {what}));
        }
        return page.toString();
    }

    private static void arguments(CommandSpec spec, StringBuilder page) {
        if (!spec.positionalParameters().isEmpty()) {
            page.append(".SH ARGUMENTS\n");
            spec.positionalParameters().forEach(one -> item(page, label(one), described(one)));
        }
    }

    private static void options(CommandSpec spec, StringBuilder page) {
        page.append(".SH OPTIONS\n");
        for (OptionSpec option : spec.options()) {
            if (!option.hidden()) {
                String names = String.join(", ", option.names());
                boolean takesValue = option.arity().max() > 0;
                item(page, takesValue ? names + "=" + option.paramLabel() : names, described(option));
            }
        }
    }

    private static String[] described(CommandLine.Model.ArgSpec argument) {
        return Arrays.stream(argument.description())
                .map(line -> line.replace("${DEFAULT-VALUE}", String.valueOf(argument.defaultValueString())))
                .toArray(String[]::new);
    }

    private static String label(PositionalParamSpec parameter) {
        return parameter.arity().max() > 1 ? parameter.paramLabel() + "…" : parameter.paramLabel();
    }

    private static void item(StringBuilder page, String name, String[] description) {
        page.append(".TP\n.B ").append(text(name)).append('\n');
        page.append(text(Arrays.stream(description).collect(Collectors.joining(" "))))
                .append('\n');
    }

    /** Markup of ours away, roff's own characters escaped. */
    private static String text(String text) {
        String plain = Ansi.OFF.string(text).strip().replace("\\", "\\e").replace("-", "\\-");
        return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
    }
}
