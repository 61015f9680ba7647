package card_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mps/card"
	"mps/card/virtual"
)

// A read as the agent does it, here from a card in software.
func Example() {
	holder := virtual.Holder{IDNumber: "350203198511214024", Name: "陈晓", Number: "A00000001"}
	source := card.FromReader(&virtual.Reader{Card: virtual.New(holder, virtual.V2)})

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c, err := source.Read(ctx)
	fmt.Println(c.Name, c.IDNumber, c.IDNumberValid, err)
	fmt.Println(c) // as in a log

	_, err = card.FromReader(&virtual.Reader{}).Read(ctx)
	fmt.Println(err, errors.Is(err, card.ErrNoCard))
	// Output:
	// 陈晓 350203198511214024 true <nil>
	// {IDNumber:350203**********24 Number:********* Name:陈* IdentificationCode: IDNumberValid:true}
	// 接口SSC_Open 失败:未检测到卡片，请插入社会保障卡后重试！ true
}
