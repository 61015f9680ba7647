/*
 * 医保读卡示例（C/C++）：接口规范 2.5.1 的例子，补全为可以运行的程序。
 *
 *     mps_example 03                  读社会保障卡
 *     mps_example 01 [码 [字节]]      解析电子医保凭证；码是扫码枪扫到的，不给则由读卡服务扫码
 *
 * 最后的“字节”是 resp 的大小，默认 8192，供试验缓冲区太小会怎样。
 * VC6 也能编译，C++ 也能编译。源文件是 UTF-8；在 Visual C++ 中请先另存为 GBK（ANSI）。
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
#define LIBRARY "mps_client.dll"
#else /* Linux：同样的几行，换成系统自己的名称 */
#include <dlfcn.h>
#define LIBRARY "libmps_client.so"
#define __stdcall
#define LoadLibraryA(name) dlopen(name, RTLD_NOW)
#define GetProcAddress dlsym
typedef void *HMODULE;
#endif

typedef int(__stdcall *_MPS_Call)(char *req, char *resp);

/* 加载动态库并调用。返回 0 时 resp 中是应答报文（GBK，以 0 结尾）。 */
static int test(char *req, char *resp)
{
    static _MPS_Call MPS_Call; /* 加载一次，以后一直用；每次加载、释放也可以，只是慢一些 */
    HMODULE st_lib;

    if (MPS_Call == NULL) {
        st_lib = LoadLibraryA(LIBRARY);
        if (st_lib == NULL) {
            fprintf(stderr, "加载动态库失败：" LIBRARY " 不在程序所在目录，或位数与程序不同\n");
            return -1;
        }
        MPS_Call = (_MPS_Call)(void *)GetProcAddress(st_lib, "MPS_Call");
        if (MPS_Call == NULL) {
            fprintf(stderr, "查找函数失败：" LIBRARY " 中没有 MPS_Call\n");
            return -1;
        }
    }
    return MPS_Call(req, resp);
}

/* 显示 <name>…</name> 的内容，没有则显示为空。'<' 不会是汉字的第二个字节，可以放心查找。 */
static void show_element(const char *resp, const char *name)
{
    char tag[64];
    const char *value, *end;

    sprintf(tag, "<%s>", name);
    value = strstr(resp, tag);
    end = value == NULL ? NULL : strstr(value, "</");
    if (end == NULL)
        value = end = "";
    else
        value += strlen(tag);
    printf("%s=%.*s\n", name, (int)(end - value), value);
}

/* 显示 out_put 中 JSON 的 "name": "…"。JSON 有时是紧凑的，冒号后不一定有空格。 */
static void show_member(const char *resp, const char *name)
{
    char key[64];
    const char *value;

    sprintf(key, "\"%s\"", name);
    value = strstr(resp, key);
    value = value == NULL ? "" : value + strlen(key);
    value += strspn(value, ": ");
    if (*value == '"')
        value++;
    printf("%s=%.*s\n", name, (int)strcspn(value, "\",}"), value);
}

int main(int argc, char **argv)
{
    const char *type = argc > 1 ? argv[1] : "03"; /* mdtrt_cert_type */
    const char *code = argc > 2 ? argv[2] : "";
    size_t size = argc > 3 ? (size_t)atoi(argv[3]) : 8192;
    char req[2048], code_element[1024] = "";
    char *resp;

    if (size < 65 || strlen(type) != 2 || strlen(code) > 512 || strpbrk(code, "<>&") != NULL) {
        fprintf(stderr, "用法：mps_example 03|01 [码 [字节]]\n");
        return 2;
    }
    if (code[0] != '\0')
        sprintf(code_element, "<ec_qr_code>%s</ec_qr_code>", code);
    sprintf(req,
            "<?xml version=\"1.0\" encoding=\"GBK\" ?>"
            "<request><Header><funid>N04.00.00.01</funid><sign>0000000000000000</sign></Header>"
            "<Body><mdtrt_cert_type>%s</mdtrt_cert_type>%s</Body></request>",
            type, code_element);

    /* 用空格填满、以 0 结尾：动态库由此知道 resp 有多大。 */
    resp = (char *)malloc(size);
    if (resp == NULL)
        return 2;
    memset(resp, ' ', size - 1);
    resp[size - 1] = '\0';

    if (test(req, resp) != 0) /* 不是 0：没有应答，resp 不可用 */
        return 2;

    show_element(resp, "funid");
    show_element(resp, "result"); /* 0 成功，其他失败，原因在 msg */
    show_element(resp, "msg");
    if (strstr(resp, "<result>0</result>") == NULL)
        return 1;
    if (strcmp(type, "03") == 0) {
        show_element(resp, "idcard_no");
        show_element(resp, "card_no");
        show_element(resp, "name");
        show_element(resp, "card_code");
    } else {
        show_member(resp, "idNo");
        show_member(resp, "userName");
        show_member(resp, "ecToken");
    }
    free(resp);
    return 0;
}
