/*
 * 读应答报文：XML、其中的 JSON，和谁是病人。C（VC6 至今）、C++ 都能用，只用标准库和系统。
 *
 * 文字都是 GBK。引用和转义（&#N;、&#xN;、\uXXXX）换成字；GBK 没有的字保留为 &#N;，不丢字。
 * 源文件是 UTF-8；在 Visual C++ 中请先另存为 GBK（ANSI）。
 */
#ifndef MPS_ANSWER_H
#define MPS_ANSWER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <iconv.h>
#endif

#define MPS_ANSWER_SIZE 8192 /* 一份应答，含结尾的 0 */

typedef struct {
    char funid[64];
    char result[16];
    char msg[MPS_ANSWER_SIZE];
    char problem[128]; /* result 为 0 却不能使用的原因；空为没有 */

    /* 病人。mps_read_answer 返回 1 时才有，否则都是空。 */
    char id_number[64];  /* 身份证号：idcard_no，或 idNo */
    char name[256];      /* 姓名：name，或 userName */
    char card_no[64];    /* 卡号，实体卡 */
    char card_code[64];  /* 卡识别码，实体卡 */
    char ec_token[256];  /* 令牌，电子凭证 */
} mps_answer;

/* ---- 文字 ---- */

/* 把码位 c 的 GBK 写到 out（至少 16 字节），以 0 结尾；GBK 没有的写作 &#N;。 */
static void mps_put_character(unsigned long c, char *out)
{
#ifdef _WIN32
    WCHAR wide = (WCHAR)c;
    BOOL lost = FALSE;
    int n = c > 0xffff ? 0 : WideCharToMultiByte(936, 0x400 /* WC_NO_BEST_FIT_CHARS */, &wide, 1, out, 4, NULL, &lost);
    out[n] = '\0';
    if (n == 0 || lost)
        sprintf(out, "&#%lu;", c);
#else
    char from[4], *in = from, *to = out;
    size_t left = sizeof from, room = 4;
    iconv_t gbk = iconv_open("GBK", "UTF-32LE");

    from[0] = (char)(c & 0xff);
    from[1] = (char)(c >> 8 & 0xff);
    from[2] = (char)(c >> 16 & 0xff);
    from[3] = 0;
    if (gbk == (iconv_t)-1 || iconv(gbk, &in, &left, &to, &room) == (size_t)-1)
        to = out + sprintf(out, "&#%lu;", c);
    *to = '\0';
    if (gbk != (iconv_t)-1)
        iconv_close(gbk);
#endif
}

/* 把 n 个字节接在 out（size 字节）的 *length 之后；放不下返回 0。 */
static int mps_append(char *out, size_t size, size_t *length, const char *bytes, size_t n)
{
    if (n >= size - *length)
        return 0;
    memcpy(out + *length, bytes, n);
    *length += n;
    out[*length] = '\0';
    return 1;
}

/* 去掉前后的空白，包括全角空格（GBK 的 A1 A1）。 */
static void mps_trim(char *text)
{
    char *p = text, *begin = NULL, *end = text;

    while (*p != '\0') {
        if (strncmp(p, "\xa1\xa1", 2) == 0) {
            p += 2;
        } else if (strchr(" \t\r\n", *p) != NULL) {
            p++;
        } else {
            if (begin == NULL)
                begin = p;
            p += (unsigned char)*p > 0x80 && p[1] != '\0' ? 2 : 1; /* 双字节的字，不看第二个字节 */
            end = p;
        }
    }
    if (begin == NULL)
        begin = end;
    memmove(text, begin, (size_t)(end - begin));
    text[end - begin] = '\0';
}

/* 十六进制数字的值，不是数字为 99。 */
static unsigned mps_digit(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 99;
}

/* ---- XML ---- */

/* p 处的引用（&amp; &#N; &#xN; …）换成字，写到 out（至少 16 字节），返回引用之后；不认识的返回 NULL。 */
static const char *mps_xml_reference(const char *p, char *out)
{
    static const char *const names[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
    unsigned long c = 0;
    unsigned base = 10;
    const char *digits;
    int i;

    for (i = 0; i < 5; i++) {
        if (strncmp(p, names[i], strlen(names[i])) == 0) {
            out[0] = "&<>\"'"[i];
            out[1] = '\0';
            return p + strlen(names[i]);
        }
    }
    if (p[1] != '#')
        return NULL;
    p += 2;
    if (*p == 'x') {
        base = 16;
        p++;
    }
    for (digits = p; mps_digit(*p) < base && c <= 0x10ffff; p++)
        c = c * base + mps_digit(*p);
    if (p == digits || *p != ';' || c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return NULL;
    mps_put_character(c, out);
    return p + 1;
}

/* p 到 end 的文字，引用换成字，接在 out 之后。out 为 NULL 时只检查。写错了，或放不下，返回 0。 */
static int mps_xml_decode(const char *p, const char *end, char *out, size_t size, size_t *length)
{
    char text[16];

    while (p < end) {
        text[0] = *p;
        text[1] = '\0';
        p = *p == '&' ? mps_xml_reference(p, text) : p + 1;
        if (p == NULL || (out != NULL && !mps_append(out, size, length, text, strlen(text))))
            return 0;
    }
    return 1;
}

/* 开始标签（p 在元素名之后）的 '>'；属性的值中可以有 '>'。没有则为 NULL。 */
static const char *mps_xml_tag_end(const char *p)
{
    while (*p != '>') {
        if (*p == '"' || *p == '\'')
            p = strchr(p + 1, *p);
        if (p == NULL || *p == '\0' || *p == '<')
            return NULL;
        p++;
    }
    return p;
}

/*
 * 把元素的文字写到 out，没有则为空。path 例如 "/response/Header/msg"；有几个时取第一个。
 * xml 不是完整的 XML，或放不下时返回 0，out 为空。
 */
static int mps_xml_text(const char *xml, const char *path, char *out, size_t size)
{
    char here[256] = "", *last;
    const char *p = xml, *end, *name;
    size_t length = 0, n;
    int begun = 0, found = 0, inside, good = 1;

    out[0] = '\0';
    while (good) {
        inside = !found && strcmp(here, path) == 0;
        n = strcspn(p, "<");
        good = here[0] == '\0' ? strspn(p, " \t\r\n") == n
                               : mps_xml_decode(p, p + n, inside ? out : NULL, size, &length);
        p += n;
        if (!good || *p == '\0')
            break;
        if (strncmp(p, "<?", 2) == 0) {
            end = strstr(p, "?>");
            p = end == NULL ? end : end + 2;
        } else if (strncmp(p, "<!--", 4) == 0) {
            end = strstr(p + 4, "-->");
            p = end == NULL ? end : end + 3;
        } else if (strncmp(p, "<![CDATA[", 9) == 0 && here[0] != '\0') {
            end = strstr(p + 9, "]]>");
            good = end != NULL && (!inside || mps_append(out, size, &length, p + 9, (size_t)(end - p - 9)));
            p = end == NULL ? end : end + 3;
        } else if (p[1] == '/') {
            name = p + 2;
            n = strcspn(name, " \t\r\n>");
            p = name + n + strspn(name + n, " \t\r\n");
            last = strrchr(here, '/');
            good = *p == '>' && last != NULL && strlen(last + 1) == n && memcmp(last + 1, name, n) == 0;
            p++;
            if (good) {
                found = found || strcmp(here, path) == 0;
                *last = '\0';
            }
        } else {
            name = p + 1;
            n = strcspn(name, " \t\r\n/>");
            p = mps_xml_tag_end(name + n);
            good = p != NULL && *name != '!' && n > 0 && strlen(here) + n + 2 <= sizeof here &&
                   !(begun && here[0] == '\0');
            begun = 1;
            if (good) {
                last = here + strlen(here);
                sprintf(last, "/%.*s", (int)n, name);
                if (p[-1] == '/') {
                    found = found || strcmp(here, path) == 0;
                    *last = '\0';
                }
                p++;
            }
        }
        good = good && p != NULL;
    }
    good = good && begun && here[0] == '\0';
    if (!good)
        out[0] = '\0';
    return good;
}

/* ---- JSON ---- */

static const char *mps_json_space(const char *p)
{
    return p + strspn(p, " \t\r\n");
}

/* p 处的四位十六进制数，不是则为 -1。 */
static long mps_json_hex4(const char *p)
{
    long c = 0;
    int i;

    for (i = 0; i < 4; i++) {
        if (mps_digit(p[i]) > 15)
            return -1;
        c = c * 16 + (long)mps_digit(p[i]);
    }
    return c;
}

/* 转义（p 在 '\' 之后）换成字，写到 out（至少 16 字节），返回转义之后；写错了返回 NULL。 */
static const char *mps_json_escape(const char *p, char *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *at = *p == '\0' ? NULL : strchr(from, *p);
    long c, low;

    if (at != NULL) {
        out[0] = to[at - from];
        out[1] = '\0';
        return p + 1;
    }
    c = *p == 'u' ? mps_json_hex4(p + 1) : -1;
    p += 5;
    if (c >= 0xd800 && c <= 0xdbff) { /* 两个 \uXXXX 是一个字 */
        low = p[0] == '\\' && p[1] == 'u' ? mps_json_hex4(p + 2) : -1;
        if (low < 0xdc00 || low > 0xdfff)
            return NULL;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        p += 6;
    } else if (c <= 0 || (c >= 0xdc00 && c <= 0xdfff)) {
        return NULL;
    }
    mps_put_character((unsigned long)c, out);
    return p;
}

/* p 处的字符串，转义换成字，写到 out，返回结尾的引号之后。out 为 NULL 时只检查。写错了，或放不下，返回 NULL。 */
static const char *mps_json_string(const char *p, char *out, size_t size)
{
    char text[16];
    size_t length = 0, n;

    if (out != NULL)
        out[0] = '\0';
    if (*p++ != '"')
        return NULL;
    while (*p != '"') {
        if ((unsigned char)*p < ' ')
            return NULL;
        if (*p == '\\') {
            p = mps_json_escape(p + 1, text);
            if (p == NULL)
                return NULL;
            n = strlen(text);
        } else { /* 双字节的字，第二个字节可以是 '\'、'{'、'}' */
            n = (unsigned char)*p > 0x80 && p[1] != '\0' ? 2 : 1;
            memcpy(text, p, n);
            p += n;
        }
        if (out != NULL && !mps_append(out, size, &length, text, n))
            return NULL;
    }
    return p + 1;
}

/* p 处的数字之后；不是数字返回 NULL。 */
static const char *mps_json_number(const char *p)
{
    static const char digits[] = "0123456789";
    size_t n;

    if (*p == '-')
        p++;
    n = *p == '0' ? 1 : strspn(p, digits);
    if (n == 0)
        return NULL;
    p += n;
    if (*p == '.') {
        n = strspn(++p, digits);
        if (n == 0)
            return NULL;
        p += n;
    }
    if (*p == 'e' || *p == 'E') {
        p++;
        if (*p == '+' || *p == '-')
            p++;
        n = strspn(p, digits);
        if (n == 0)
            return NULL;
        p += n;
    }
    return p;
}

/*
 * 返回 p 处的值之后；写错了返回 NULL。name 不为 NULL 时，值是对象，*found 指向其成员 name 的值；
 * 同名的成员以最后一个为准，没有则 *found 不变。
 */
static const char *mps_json_value(const char *p, int depth, const char *name, const char **found)
{
    static const char *const words[] = {"true", "false", "null"};
    char key[64], close;
    int i;

    if (*p == '"')
        return mps_json_string(p, NULL, 0);
    for (i = 0; i < 3; i++) {
        if (strncmp(p, words[i], strlen(words[i])) == 0)
            return p + strlen(words[i]);
    }
    if (*p != '{' && *p != '[')
        return mps_json_number(p);
    if (depth > 64)
        return NULL;
    close = *p == '{' ? '}' : ']';
    p = mps_json_space(p + 1);
    if (*p == close)
        return p + 1;
    for (;;) {
        if (close == '}') {
            if (mps_json_string(p, key, sizeof key) == NULL)
                key[0] = '\0'; /* 太长的名称不是要找的 */
            p = mps_json_string(p, NULL, 0);
            if (p == NULL || *(p = mps_json_space(p)) != ':')
                return NULL;
            p = mps_json_space(p + 1);
            if (name != NULL && strcmp(key, name) == 0)
                *found = p;
        }
        p = mps_json_value(p, depth + 1, NULL, NULL);
        if (p == NULL)
            return NULL;
        p = mps_json_space(p);
        if (*p == close)
            return p + 1;
        if (*p != ',')
            return NULL;
        p = mps_json_space(p + 1);
    }
}

/* 对象 json 的成员 name 的值在哪里，没有则为 ""；json 不是一个完整的对象时返回 NULL。 */
static const char *mps_json_find(const char *json, const char *name)
{
    const char *found = "", *end;

    json = mps_json_space(json);
    end = *json == '{' ? mps_json_value(json, 0, name, &found) : NULL;
    return end == NULL || *mps_json_space(end) != '\0' ? NULL : found;
}

/*
 * 把对象 json 的成员 name 写到 out：字符串的文字，或数字原来的写法，前后不带空格；没有，或是别的，则为空。
 * json 不是一个完整的对象，或放不下时返回 0。
 */
static int mps_json_text(const char *json, const char *name, char *out, size_t size)
{
    const char *value = mps_json_find(json, name);
    size_t length = 0;
    int good = value != NULL;

    out[0] = '\0';
    if (good && *value == '"')
        good = mps_json_string(value, out, size) != NULL;
    else if (good && (*value == '-' || mps_digit(*value) < 10))
        good = mps_append(out, size, &length, value, (size_t)(mps_json_number(value) - value));
    mps_trim(out);
    return good;
}

/*
 * 把对象 json 的成员 name 的 JSON 写到 out：对象，或字符串中装着的；没有，或是别的，则为 {}。
 * json 不是一个完整的对象，或放不下时返回 0。
 */
static int mps_json_object(const char *json, const char *name, char *out, size_t size)
{
    const char *value = mps_json_find(json, name);
    size_t length = 0;

    out[0] = '\0';
    if (value == NULL)
        return 0;
    if (*value == '"')
        return mps_json_string(value, out, size) != NULL;
    if (*value != '{')
        return mps_append(out, size, &length, "{}", 2);
    return mps_append(out, size, &length, value, (size_t)(mps_json_value(value, 0, NULL, NULL) - value));
}

/* ---- 病人 ---- */

static const char *mps_read_card(const char *resp, mps_answer *a)
{
    if (!mps_xml_text(resp, "/response/Body/idcard_no", a->id_number, sizeof a->id_number) ||
        !mps_xml_text(resp, "/response/Body/card_no", a->card_no, sizeof a->card_no) ||
        !mps_xml_text(resp, "/response/Body/name", a->name, sizeof a->name) ||
        !mps_xml_text(resp, "/response/Body/card_code", a->card_code, sizeof a->card_code))
        return "应答不是完整的 XML";
    mps_trim(a->id_number);
    mps_trim(a->card_no);
    mps_trim(a->name);
    mps_trim(a->card_code);
    if (a->name[0] == '\0' || (a->id_number[0] == '\0' && a->card_no[0] == '\0'))
        return "应答中没有病人的姓名或号码";
    return "";
}

static const char *mps_read_voucher(const char *resp, mps_answer *a)
{
    char out_put[MPS_ANSWER_SIZE], data[MPS_ANSWER_SIZE], code[64];

    if (!mps_xml_text(resp, "/response/Body/out_put", out_put, sizeof out_put))
        return "应答不是完整的 XML";
    if (!mps_json_text(out_put, "code", code, sizeof code))
        return "out_put 不是完整的 JSON";
    if (strcmp(code, "0") != 0) /* 有的中心写 "0"，有的写 0 */
        return "out_put 的 code 不是 0";
    if (!mps_json_object(out_put, "data", data, sizeof data) ||
        !mps_json_text(data, "idNo", a->id_number, sizeof a->id_number) ||
        (a->id_number[0] == '\0' && !mps_json_text(data, "aac002", a->id_number, sizeof a->id_number)) ||
        !mps_json_text(data, "userName", a->name, sizeof a->name) ||
        !mps_json_text(data, "ecToken", a->ec_token, sizeof a->ec_token))
        return "out_put 不是完整的 JSON";
    if (a->name[0] == '\0' || a->id_number[0] == '\0' || a->ec_token[0] == '\0')
        return "应答中没有病人的姓名或号码";
    return "";
}

/*
 * 读应答 resp（type：03 实体卡，01 电子凭证），先清空 a。返回 1：a 中是病人。返回 0：没有读到病人，
 * 把 problem 显示给操作员，problem 为空则显示 msg。
 */
static int mps_read_answer(const char *resp, const char *type, mps_answer *a)
{
    const char *problem;

    memset(a, 0, sizeof *a); /* 上一个病人的 */
    if (!mps_xml_text(resp, "/response/Header/funid", a->funid, sizeof a->funid) ||
        !mps_xml_text(resp, "/response/Header/result", a->result, sizeof a->result) ||
        !mps_xml_text(resp, "/response/Header/msg", a->msg, sizeof a->msg)) {
        memset(a, 0, sizeof *a);
        problem = "应答不是完整的 XML";
    } else if (strcmp(a->result, "0") != 0) { /* 0 成功，其他失败 */
        return 0;
    } else {
        problem = strcmp(type, "03") == 0 ? mps_read_card(resp, a) : mps_read_voucher(resp, a);
        if (*problem == '\0')
            return 1;
        memset(a->id_number, 0, sizeof *a - (size_t)(a->id_number - (char *)a)); /* 病人的各项 */
    }
    sprintf(a->problem, "%s，没有采用；请重试，仍不成功请联系信息科", problem);
    return 0;
}

#endif
