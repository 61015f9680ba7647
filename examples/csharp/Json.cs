// 读 JSON（RFC 8259）：.NET Framework、.NET、mono 共有的类库中没有，所以写在这里，照抄即可。
// 项目中已有 Newtonsoft.Json 或 System.Text.Json 时，用它们也一样。
using System;
using System.Collections.Generic;
using System.Text;
using System.Text.RegularExpressions;

static class Json
{
    const int MaxDepth = 64;

    // 对象的成员，从名到值；同名的成员以最后一个为准。值是 string（字符串）、Number、Dictionary<string, object>、
    // object[]、bool 或 null。text 不是一个完整的 JSON 对象时抛出 FormatException。
    public static Dictionary<string, object> ParseObject(string text)
    {
        Parser parser = new Parser(text);
        Dictionary<string, object> value = parser.Value(0) as Dictionary<string, object>;
        if (value == null || !parser.AtEnd())
            throw new FormatException("不是 JSON 对象");
        return value;
    }

    // 字符串的文字，或数字原来的写法（18 位的号码不会变成 3.6E+17），前后不带空格；没有，或是别的，则为空。
    public static string Text(Dictionary<string, object> values, string name)
    {
        object value;
        values.TryGetValue(name, out value);
        return value is string || value is Number ? value.ToString().Trim() : "";
    }

    public sealed class Number
    {
        readonly string text;
        public Number(string text) { this.text = text; }
        public override string ToString() { return text; }
    }

    sealed class Parser
    {
        static readonly Regex NumberForm =
            new Regex(@"\G-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", RegexOptions.CultureInvariant);

        readonly string text;
        int at;

        public Parser(string text) { this.text = text; }

        public bool AtEnd()
        {
            return Next() == '\0' && at == text.Length;
        }

        // 跳过空白，返回下一个字符，末尾为 '\0'。
        char Next()
        {
            while (at < text.Length && " \t\r\n".IndexOf(text[at]) >= 0)
                at++;
            return at < text.Length ? text[at] : '\0';
        }

        void Expect(string token)
        {
            if (string.CompareOrdinal(text, at, token, 0, token.Length) != 0)
                throw new FormatException("第 " + at + " 个字符处应为 " + token);
            at += token.Length;
        }

        public object Value(int depth)
        {
            if (depth > MaxDepth)
                throw new FormatException("嵌套太深");
            switch (Next())
            {
                case '{': return Object(depth);
                case '[': return Array(depth);
                case '"': return String();
                case 't': Expect("true"); return true;
                case 'f': Expect("false"); return false;
                case 'n': Expect("null"); return null;
            }
            Match number = NumberForm.Match(text, at);
            if (!number.Success)
                throw new FormatException("第 " + at + " 个字符处没有值");
            at += number.Length;
            return new Number(number.Value);
        }

        Dictionary<string, object> Object(int depth)
        {
            Dictionary<string, object> values = new Dictionary<string, object>();
            Expect("{");
            if (Next() != '}')
            {
                for (; ; Expect(","))
                {
                    Next();
                    string name = String();
                    Next();
                    Expect(":");
                    values[name] = Value(depth + 1);
                    if (Next() == '}')
                        break;
                }
            }
            Expect("}");
            return values;
        }

        object[] Array(int depth)
        {
            List<object> values = new List<object>();
            Expect("[");
            if (Next() != ']')
            {
                for (; ; Expect(","))
                {
                    values.Add(Value(depth + 1));
                    if (Next() == ']')
                        break;
                }
            }
            Expect("]");
            return values.ToArray();
        }

        string String()
        {
            StringBuilder value = new StringBuilder();
            Expect("\"");
            for (; at < text.Length && text[at] >= ' '; at++)
            {
                if (text[at] == '"')
                {
                    at++;
                    CheckPairs(value);
                    return value.ToString();
                }
                value.Append(text[at] == '\\' ? Escape() : text[at]);
            }
            throw new FormatException("字符串没有结束");
        }

        // 读完时 at 在转义的最后一个字符上。
        char Escape()
        {
            at++;
            char c = at < text.Length ? text[at] : '\0';
            int simple = "\"\\/bfnrt".IndexOf(c);
            if (simple >= 0 && c != '\0')
                return "\"\\/\b\f\n\r\t"[simple];
            if (c != 'u' || at + 4 >= text.Length || !Regex.IsMatch(text.Substring(at + 1, 4), "^[0-9A-Fa-f]{4}$"))
                throw new FormatException("第 " + at + " 个字符处的转义不对");
            at += 4;
            return (char)Convert.ToInt32(text.Substring(at - 3, 4), 16);
        }

        // 单独的 \ud842 是半个字符，不是文字。
        static void CheckPairs(StringBuilder value)
        {
            for (int i = 0; i < value.Length; i++)
            {
                if (!char.IsSurrogate(value[i]))
                    continue;
                if (!char.IsHighSurrogate(value[i]) || i + 1 == value.Length || !char.IsLowSurrogate(value[i + 1]))
                    throw new FormatException("半个字符");
                i++;
            }
        }
    }
}
